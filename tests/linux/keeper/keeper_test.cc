#include "platform/linux/keeper/keeper.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "platform/linux/system_error.h"
#include "tests/linux/keeper/keeper_fixture.h"

namespace isboot::linux_platform {
namespace {

using ::testing::Contains;
using ::testing::Not;

TEST_F(KeeperTest, BringsASessionBackWhoseLossTheKernelTellsOf) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  IscsiNotice lost;
  lost.kind = IscsiNotice::Kind::ConnectionLost;
  lost.session = record_.session;
  notices_.said.emplace_back(std::optional{lost});
  run();
  EXPECT_THAT(kernel_.calls, Contains("recover"));
}

// Who shows the sessions (app/keeper/status_unit.h) waits for that.
TEST_F(KeeperTest, ReplacesItsStateFileWhenASessionIsLost) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  const UniqueFd watch{inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  ASSERT_GE(inotify_add_watch(watch.get(), state_.c_str(), IN_MOVED_FROM | IN_MOVED_TO), 0);
  IscsiNotice lost;
  lost.kind = IscsiNotice::Kind::ConnectionLost;
  lost.session = record_.session;
  notices_.said.emplace_back(std::optional{lost});
  run();
  std::array<char, 4096> buffer{};
  const ssize_t size = read(watch.get(), buffer.data(), buffer.size());
  // Each is a name that goes and one that comes; equal ones in a row would be one.
  const std::size_t one = 2 * (sizeof(inotify_event) + 16);  // with the name, padded
  EXPECT_EQ(size, static_cast<ssize_t>(2 * one)) << "the loss, and the release at the end";
}

TEST_F(KeeperTest, TellsTheJournalOfWhatHappens) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  IscsiNotice lost;
  lost.kind = IscsiNotice::Kind::ConnectionLost;
  lost.session = record_.session;
  notices_.said.emplace_back(std::optional{lost});
  run();
  EXPECT_THAT(journal_.told,
              ::testing::ElementsAre(keep::Happening::Adopted, keep::Happening::Lost));
  EXPECT_THAT(journal_.lines, Contains("session 3: adopted"));
}

TEST_F(KeeperTest, AsksSysfsWhenTheKernelDroppedNotices) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  set_state("FAILED");
  notices_.said.emplace_back(system_error(ENOBUFS, "receive from netlink"));
  run();
  EXPECT_TRUE(log_.says("session 3: the connection was lost"))
      << ::testing::PrintToString(log_.lines);
  EXPECT_THAT(kernel_.calls, Contains("recover"));
}

TEST_F(KeeperTest, LeavesASessionAloneThatLivesWhenNoticesWereDropped) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  notices_.said.emplace_back(system_error(ENOBUFS, "receive from netlink"));
  run();
  EXPECT_THAT(kernel_.calls, Not(Contains("recover")));
}

TEST_F(KeeperTest, ForgetsASessionWhoseNumberIsSomebodyElses) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  std::ofstream{session() / "targetname"} << "iqn.2026-11.org.example:another\n";
  IscsiNotice gone;
  gone.kind = IscsiNotice::Kind::SomeGone;
  notices_.said.emplace_back(std::optional{gone});
  run();
  EXPECT_TRUE(log_.says("session 3: was ended by somebody else"));
  EXPECT_EQ(keeper_.kept(), 0U);
  EXPECT_TRUE(kernel_.calls.empty()) << ::testing::PrintToString(kernel_.calls);
  EXPECT_TRUE(kernel_.known.empty()) << "the next one may have its number";
}

// A target that sends one PDU after the other which the kernel leaves to us.
TEST_F(KeeperTest, ServesAClientAlthoughTheKernelSaysSomethingWithoutEnd) {
  class Endless final : public IscsiNotices {
  public:
    Result<Done> open() override { return Done{}; }
    int descriptor() const override { return ready_.get(); }
    Result<std::optional<IscsiNotice>> next(Clock&) override {
      // Else the test would not end.
      if (++said_ > 1'000'000) return std::optional<IscsiNotice>{};
      return std::optional{IscsiNotice{}};
    }
    int said_ = 0;

  private:
    UniqueFd ready_{eventfd(1, EFD_CLOEXEC)};
  } endless;
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd client{ends[0]};
  Keeper keeper{ports(clock_), endless};
  ASSERT_TRUE(keeper.open(places()));
  ASSERT_TRUE(keeper.remember(record_));
  ASSERT_TRUE(start(keeper));
  std::array<std::uint8_t, 16> buffer{};
  const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
  ASSERT_EQ(send(client.get(), request->data(), request->size(), 0), 1);
  keeper.serve(UniqueFd{ends[1]});
  EXPECT_EQ(keeper.run(), MachineEnd::Stay);
  EXPECT_LT(endless.said_, 1'000);
}

TEST_F(KeeperTest, ReadsOnBehindNoticesThatWereDropped) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  IscsiNotice lost;
  lost.kind = IscsiNotice::Kind::ConnectionLost;
  lost.session = record_.session;
  notices_.said.emplace_back(system_error(ENOBUFS, "receive from netlink"));
  notices_.said.emplace_back(std::optional{lost});
  run();
  EXPECT_THAT(kernel_.calls, Contains("recover"));
}

TEST_F(KeeperTest, IsTheOnlyOne) {
  ASSERT_TRUE(open());
  Keeper other{ports(clock_), notices_};
  const auto opened = other.open(places());
  ASSERT_FALSE(opened);
  EXPECT_STREQ(opened.error().text, "a keeper runs already");
}

TEST_F(KeeperTest, StartsWithWhatIsRemembered) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  EXPECT_EQ(keeper_.kept(), 1U);
  EXPECT_TRUE(log_.says("session 3: adopted"));
}

TEST_F(KeeperTest, StartsWithoutASessionThatIsGone) {
  ASSERT_TRUE(open());
  record_.session.value = 4;
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  EXPECT_EQ(keeper_.kept(), 0U);
  EXPECT_TRUE(log_.says("session 4: the kernel has no such session"));
}

// Memory may be short for a moment: what cannot be read is not gone.
TEST_F(KeeperTest, ForgetsNoSessionBecauseSysfsCannotBeRead) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  fs::rename(session() / "targetname", session() / "kept");
  fs::create_directory(session() / "targetname");  // read() fails with EISDIR
  EXPECT_FALSE(start());
  EXPECT_FALSE(fs::exists(state_ / "sessions")) << "nothing is known that could be saved";
  fs::remove(session() / "targetname");
  fs::rename(session() / "kept", session() / "targetname");
  ASSERT_TRUE(start());
  EXPECT_EQ(keeper_.kept(), 1U);
}

// The next keeper is forked by the process that forked the one that was killed.
TEST_F(KeeperTest, StartsWithWhatAKilledOneKept) {
  ASSERT_TRUE(open());
  const pid_t first = fork();
  if (first == 0) {
    const bool kept = keeper_.remember(record_).ok() && start().ok();
    raise(kept ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(waitpid(first, &status, 0), first);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  fs::remove_all(state_);  // nothing is read
  ASSERT_TRUE(start());
  EXPECT_EQ(keeper_.kept(), 1U);
}

// One more client than there are places is told so, instead of finding its connection closed.
TEST_F(KeeperTest, TellsAClientThatOthersWait) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root: others may not ask a keeper";
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  const pid_t keeper = fork();
  if (keeper == 0) _exit(start().ok() && keeper_.run() == MachineEnd::Stay ? 0 : 1);
  std::vector<UniqueFd> clients;
  for (std::size_t client = 0; client <= keep::kMaxClients; ++client) {
    auto connected = connect_to_keeper(control_.c_str());
    ASSERT_TRUE(connected);
    clients.push_back(std::move(*connected));
  }
  std::array<std::uint8_t, 256> buffer{};
  const auto refused = receive_answer(clients.back().get(), 10'000, buffer);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->done);
  EXPECT_EQ(refused->text, "others wait for answers; ask again in a moment");
  const auto done =
      ask(clients.front().get(), {.kind = ControlRequest::Kind::Release}, 10'000, buffer);
  EXPECT_TRUE(done && done->done);
  int status = 0;
  ASSERT_EQ(waitpid(keeper, &status, 0), keeper);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace isboot::linux_platform
