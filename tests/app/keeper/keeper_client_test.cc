#include "app/keeper/keeper_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "platform/linux/keeper/session_record.h"
#include "platform/linux/system_error.h"
#include "tests/app/keeper/fake_keeper.h"
#include "tests/app/keeper/played_keeper.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;
using linux_platform::ControlRequest;
using test::FakeKeeper;
using ::testing::ElementsAre;

constexpr int kAtOnce = 5'000;

class KeeperClient : public test::PlayedKeeper {
protected:
  static boot::BootSession session() {
    boot::BootSession session;
    session.session = SessionId{3};
    (void)session.kernel.target_name.assign("iqn.2026-11.org.example:disk");
    session.kernel.portal = {IpAddress::v4(10, 0, 2, 2), 3260};
    session.login.target_name = session.kernel.target_name;
    (void)session.login.credentials.name.assign("us");
    (void)session.login.credentials.secret.assign(as_bytes("not-a-secret-1234"));
    session.lun.bytes[1] = 1;
    (void)session.disk.assign("/dev/sda");
    session.origin = ibft::Origin::Dhcp;
    session.time2wait = 7;
    session.logged_in = true;
    return session;
  }
  // The record that the keeper was given.
  static linux_platform::SessionRecord record_of(const FakeKeeper& keeper) {
    linux_platform::SessionRecord record;
    const ControlRequest request = keeper.last();
    EXPECT_EQ(request.kind, ControlRequest::Kind::Keep);
    EXPECT_TRUE(linux_platform::decode(request.record, record));
    return record;
  }
};

TEST_F(KeeperClient, LeavesASessionWithAllThatBringingItBackTakes) {
  const FakeKeeper keeper{paths_.control};
  const boot::BootSession left = session();
  ASSERT_TRUE(leave_to_keeper(left, "/etc/isboot/disk", paths_));
  const linux_platform::SessionRecord record = record_of(keeper);
  EXPECT_EQ(record.session, left.session);
  EXPECT_EQ(record.kernel.target_name, left.kernel.target_name);
  EXPECT_EQ(record.kernel.portal, left.kernel.portal);
  EXPECT_EQ(as_text(record.login.credentials.secret.reveal()), "not-a-secret-1234");
  EXPECT_EQ(record.credentials_file.view(), "/etc/isboot/disk");
  EXPECT_EQ(record.lun, left.lun);
  EXPECT_EQ(record.disk.view(), "/dev/sda");
  EXPECT_EQ(record.origin, ibft::Origin::Dhcp);
  EXPECT_EQ(record.time2wait, 7);
  EXPECT_TRUE(record.logged_in);
  EXPECT_FALSE(record.nic);
  EXPECT_TRUE(started_with().empty()) << "one runs";
}

// The path may have carried less than the table says: the NIC is set up again as it is now.
TEST_F(KeeperClient, LeavesTheMtuThatTheNicHasNow) {
  const FakeKeeper keeper{paths_.control};
  boot::BootSession left = session();
  left.link.index = if_nametoindex("lo");
  left.nic.emplace().config.mtu = 9000;
  ASSERT_TRUE(leave_to_keeper(left, {}, paths_));
  EXPECT_EQ(record_of(keeper).nic->config.mtu, 9000U) << "it cannot be read";
  fs::create_directories(root_ / "net/lo");
  std::ofstream{root_ / "net/lo/mtu"} << "1400\n";
  ASSERT_TRUE(leave_to_keeper(left, {}, paths_));
  EXPECT_EQ(record_of(keeper).nic->config.mtu, 1400U);
  left.nic->config.mtu = 0;  // as it is, whatever that is
  ASSERT_TRUE(leave_to_keeper(left, {}, paths_));
  EXPECT_EQ(record_of(keeper).nic->config.mtu, 0U);
}

TEST_F(KeeperClient, SaysWhyASessionIsRefused) {
  FakeKeeper keeper{paths_.control};
  keeper.on_request = [](const auto&) {
    return FakeKeeper::Answer{false, "too many sessions are kept already"};
  };
  const auto left = leave_to_keeper(session(), {}, paths_);
  ASSERT_FALSE(left);
  EXPECT_EQ(in_one_line(left.error()),
            "the keeper refuses the session: too many sessions are kept already; next: isboot "
            "status");
}

// A later keeper, or `keep --hand-over-to iscsid`, runs in another folder.
TEST_F(KeeperClient, LeavesAPathOfTheCredentialsThatHoldsInAnyFolder) {
  const FakeKeeper keeper{paths_.control};
  ASSERT_TRUE(leave_to_keeper(session(), "disk.chap", paths_));
  EXPECT_EQ(record_of(keeper).credentials_file.view(),
            (std::filesystem::current_path() / "disk.chap").string());
}

TEST(KeptPath, IsTooLongForARecordBeforeAnybodyIsAsked) {
  const auto path = kept_path("/" + std::string(255, 'x'));
  ASSERT_FALSE(path);
  EXPECT_NE(path.error().message.find("longer than 255 bytes"), std::string::npos);
  EXPECT_TRUE(kept_path("/" + std::string(254, 'x')));
  EXPECT_TRUE(kept_path({})->empty());
}

TEST_F(KeeperClient, SaysThatTheKeeperHungUp) {
  FakeKeeper keeper{paths_.control};
  keeper.on_request = [](const auto&) { return std::nullopt; };
  EXPECT_EQ(leave_to_keeper(session(), {}, paths_).error().message,
            "the keeper ended without an answer");
  EXPECT_EQ(hold_keeper(paths_).error().code, Errc::Closed);
  EXPECT_EQ(ask_keeper({.kind = ControlRequest::Kind::Status}, kAtOnce, paths_).error().code,
            Errc::Closed);
}

// A keeper that is started first takes seconds on a busy machine (11 were seen).
TEST_F(KeeperClient, WaitsForAKeeperThatIsSlow) {
  FakeKeeper keeper{paths_.control};
  keeper.on_request = [](const auto&) {
    std::this_thread::sleep_for(std::chrono::milliseconds{kAnswerLimitMs + 200});
    return FakeKeeper::Answer{true, ""};
  };
  EXPECT_TRUE(leave_to_keeper(session(), {}, paths_));
}

TEST_F(KeeperClient, StartsAKeeperWhereNoneRuns) {
  ASSERT_TRUE(leave_to_keeper(session(), {}, paths_));
  EXPECT_THAT(started_with(), ElementsAre("@isboot", "keep", "3"));
}

TEST_F(KeeperClient, HoldsAKeeperForAsLongAsTheDescriptorIsOpen) {
  auto held = hold_keeper(paths_);
  ASSERT_TRUE(held);
  EXPECT_THAT(started_with(), ElementsAre("@isboot", "keep", "3"));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), 0) << "it is still there";
  held->reset();
  EXPECT_GT(waitpid(-1, nullptr, 0), 0);
}

TEST_F(KeeperClient, HoldsTheOneThatRuns) {
  const FakeKeeper keeper{paths_.control};
  ASSERT_TRUE(hold_keeper(paths_));
  EXPECT_EQ(keeper.last().kind, ControlRequest::Kind::Status);
  EXPECT_TRUE(started_with().empty());
}

TEST_F(KeeperClient, AsksAndTellsTheAnswer) {
  FakeKeeper keeper{paths_.control};
  keeper.on_request = [](const ControlRequest& request) {
    return FakeKeeper::Answer{request.limit == 7, std::string(linux_platform::kMaxAnswer, 'x')};
  };
  const auto done = ask_keeper({.kind = ControlRequest::Kind::End, .limit = 7}, kAtOnce, paths_);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->done);
  EXPECT_EQ(done->text.size(), linux_platform::kMaxAnswer) << "the longest there is";
  const auto failed = ask_keeper({.kind = ControlRequest::Kind::End}, -1, paths_);
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->done);
}

TEST_F(KeeperClient, AskingStartsNone) {
  const auto asked = ask_keeper({.kind = ControlRequest::Kind::Status}, kAtOnce, paths_);
  ASSERT_FALSE(asked);
  EXPECT_TRUE(is_no_keeper(asked.error()));
  EXPECT_TRUE(started_with().empty());
}

TEST_F(KeeperClient, ReplacesNoneWhereThereIsNothingToKeep) {
  const auto replaced = replace_keeper(paths_);
  ASSERT_TRUE(replaced);
  EXPECT_TRUE(replaced->done);
  EXPECT_EQ(replaced->text, "no keeper runs: nothing to replace");
  EXPECT_TRUE(started_with().empty());
}

TEST_F(KeeperClient, ReplacesTheOneThatRuns) {
  const FakeKeeper keeper{paths_.control};
  const auto replaced = replace_keeper(paths_);
  ASSERT_TRUE(replaced);
  EXPECT_TRUE(replaced->done);
  EXPECT_EQ(replaced->text, "played");
  EXPECT_THAT(started_with(), ElementsAre("@isboot", "keep", "3", "replace"));
}

TEST_F(KeeperClient, BeginsWithWhatAKilledOneLeft) {
  std::ofstream{paths_.saved_sessions} << "records";
  ASSERT_TRUE(replace_keeper(paths_));
  EXPECT_THAT(started_with(), ElementsAre("@isboot", "keep", "3", "replace"));
}

// One that ends before it has taken over has not.
TEST_F(KeeperClient, SaysThatTheNewKeeperEnded) {
  std::ofstream{paths_.saved_sessions} << "records";
  paths_.program = "/bin/true";
  EXPECT_EQ(replace_keeper(paths_).error().code, Errc::Closed);
}

TEST(KeeperFailure, TellsNoKeeperFromOneThatIsOutOfReach) {
  const auto failed = [](int number) { return system_error(number, "no answer"); };
  for (const int none : {ENOENT, ECONNREFUSED}) {
    EXPECT_TRUE(is_no_keeper(failed(none)));
    EXPECT_EQ(keeper_failure(failed(none)).message, "no keeper runs");
  }
  EXPECT_FALSE(is_no_keeper(failed(EACCES)));
  EXPECT_EQ(in_one_line(keeper_failure(failed(EACCES))),
            "the keeper does not answer: no answer (Permission denied); next: ask as root");
}

TEST(KeeperWords, SayWhatToDoAboutAnAnswerThatCannotBeRead) {
  EXPECT_EQ(in_one_line(unknown_answer()),
            "the keeper answers what this version does not read; next: isboot keep --replace");
  EXPECT_EQ(keeper_failure({Errc::TimedOut, 0, "no answer"}).next_step, "isboot keep --replace");
}

}  // namespace
}  // namespace isboot::app
