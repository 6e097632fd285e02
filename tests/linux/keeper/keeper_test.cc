#include "platform/linux/keeper/keeper.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "platform/linux/initiator/disk.h"
#include "platform/linux/system_error.h"
#include "testing/fake_clock.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/fake_log.h"
#include "tests/linux/keeper/fake_errands.h"
#include "tests/linux/keeper/fake_journal.h"
#include "tests/linux/keeper/fake_keeping.h"
#include "tests/linux/keeper/fake_notices.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Not;

// Goes on whenever somebody looks at it.
class HastyClock final : public Clock {
public:
  Millis now() override { return now_ += 100; }
  void sleep_until(Millis when) override { now_ = std::max(now_, when); }

private:
  Millis now_ = 1000;
};

// A keeper of session 3; its client asks it to let go in the first round of its loop, so that
// run() returns.
class KeeperTest : public ::testing::Test {
protected:
  KeeperTest() {
    char name[] = "/tmp/isboot-keeper-XXXXXX";
    folder_ = mkdtemp(name);
    control_ = folder_ / "control";
    state_ = folder_ / "state";
    record_.nic.reset();
    record_.kernel.portal = {IpAddress::v4(127, 0, 0, 1), 1};  // nobody listens there
    set_state("LOGGED_IN");
    std::ofstream{session() / "targetname"} << record_.kernel.target_name.view() << '\n';
  }
  ~KeeperTest() override { fs::remove_all(folder_); }

  fs::path session() const {
    const fs::path path = folder_ / "class/iscsi_session/session3";
    fs::create_directories(path);
    return path;
  }
  void set_state(const char* state) { std::ofstream{session() / "state"} << state << '\n'; }

  KeeperPlaces places() {
    classes_ = folder_ / "class";
    return {classes_.c_str(), state_.c_str(), control_.c_str()};
  }
  Result<Done> open() { return keeper_.open(places()); }
  static Result<Done> start(Keeper& keeper) {
    ISBOOT_TRY(keeper.prepare());
    return keeper.adopt();
  }
  Result<Done> start() { return start(keeper_); }
  void run() {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    const UniqueFd client{ends[0]};
    std::array<std::uint8_t, 16> buffer{};
    const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
    ASSERT_EQ(send(client.get(), request->data(), request->size(), 0), 1);
    keeper_.serve(UniqueFd{ends[1]});
    EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  }

  fs::path folder_, classes_, control_, state_;
  SessionRecord record_ = full_record();
  testing::FakeClock clock_;
  testing::FakeLog log_;
  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  FakeKeeping kernel_;
  FakeNics nics_;
  FakeJournal journal_;
  FakeErrands errands_;
  FakeNotices notices_;
  Keeper keeper_{{clock_, log_, hash_, entropy_, kernel_, nics_, journal_, errands_}, notices_};
};

TEST_F(KeeperTest, BringsASessionBackWhoseLossTheKernelTellsOf) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(start());
  ASSERT_TRUE(keeper_.keep(record_));
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
  ASSERT_TRUE(start());
  ASSERT_TRUE(keeper_.keep(record_));
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
  ASSERT_TRUE(start());
  ASSERT_TRUE(keeper_.keep(record_));
  set_state("FAILED");
  notices_.said.emplace_back(system_error(ENOBUFS, "receive from netlink"));
  run();
  EXPECT_TRUE(log_.says("session 3: the connection was lost"))
      << ::testing::PrintToString(log_.lines);
  EXPECT_THAT(kernel_.calls, Contains("recover"));
}

TEST_F(KeeperTest, LeavesASessionAloneThatLivesWhenNoticesWereDropped) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(start());
  ASSERT_TRUE(keeper_.keep(record_));
  notices_.said.emplace_back(system_error(ENOBUFS, "receive from netlink"));
  run();
  EXPECT_THAT(kernel_.calls, Not(Contains("recover")));
}

TEST_F(KeeperTest, ForgetsASessionWhoseNumberIsSomebodyElses) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(start());
  ASSERT_TRUE(keeper_.keep(record_));
  std::ofstream{session() / "targetname"} << "iqn.2026-11.org.example:another\n";
  IscsiNotice gone;
  gone.kind = IscsiNotice::Kind::SomeGone;
  notices_.said.emplace_back(std::optional{gone});
  run();
  EXPECT_TRUE(log_.says("session 3: was ended by somebody else"));
  EXPECT_EQ(keeper_.kept(), 0U);
  EXPECT_TRUE(kernel_.calls.empty()) << ::testing::PrintToString(kernel_.calls);
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
  Keeper keeper{{clock_, log_, hash_, entropy_, kernel_, nics_, journal_, errands_}, endless};
  ASSERT_TRUE(keeper.open(places()));
  ASSERT_TRUE(start(keeper));
  ASSERT_TRUE(keeper.keep(record_));
  std::array<std::uint8_t, 16> buffer{};
  const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
  ASSERT_EQ(send(client.get(), request->data(), request->size(), 0), 1);
  keeper.serve(UniqueFd{ends[1]});
  EXPECT_EQ(keeper.run(), MachineEnd::Stay);
  EXPECT_LT(endless.said_, 1'000);
}

TEST_F(KeeperTest, ReadsOnBehindNoticesThatWereDropped) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(start());
  ASSERT_TRUE(keeper_.keep(record_));
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
  Keeper other{{clock_, log_, hash_, entropy_, kernel_, nics_, journal_, errands_}, notices_};
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
    const bool kept = start().ok() && keeper_.keep(record_).ok();
    raise(kept ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(waitpid(first, &status, 0), first);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  fs::remove_all(state_);  // nothing is read
  ASSERT_TRUE(start());
  EXPECT_EQ(keeper_.kept(), 1U);
}

// `keep --shutdown --then poweroff`: what still needs root's disk finds it, and nothing of it is
// flushed once more.
TEST_F(KeeperTest, LeavesTheDiskToAMachineThatEnds) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(start());
  ASSERT_TRUE(keeper_.keep(record_));
  fs::create_directories(folder_ / "devices/host5");
  fs::rename(session(), folder_ / "devices/host5/session3");
  fs::create_directory_symlink("../../devices/host5/session3",
                               folder_ / "class/iscsi_session/session3");
  const std::string lun = std::to_string(kernel_lun(record_.lun));
  const fs::path disk = folder_ / "class/scsi_disk" / ("5:0:0:" + lun);
  fs::create_directories(disk);
  std::ofstream{disk / "cache_type"} << "write back";
  kernel_.refused = "log_out";  // then there is no answer to wait for
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd client{ends[0]};
  std::array<std::uint8_t, 64> buffer{};
  const auto request = encode(
      ControlRequest{.kind = ControlRequest::Kind::End, .limit = 30, .then = MachineEnd::PowerOff},
      buffer);
  ASSERT_GT(send(client.get(), request->data(), request->size(), 0), 0);
  keeper_.serve(UniqueFd{ends[1]});
  EXPECT_EQ(keeper_.run(), MachineEnd::PowerOff);
  EXPECT_EQ(kernel_.calls, (std::vector<std::string>{"log_out", "leave"}));
  std::string type;
  std::getline(std::ifstream{disk / "cache_type"}, type);
  EXPECT_EQ(type, "temporary write through");
}

// systemd begins to reboot the machine.
class KeeperAtTheEnd : public KeeperTest {
protected:
  void begin_reboot() {
    ASSERT_TRUE(hasty_.open(places()));
    hasty_.set_end_limit(7);
    ASSERT_TRUE(start(hasty_));
    ASSERT_TRUE(hasty_.keep(record_));
    // What comes second is not meant.
    for (const char* way : {"kexec", "reboot"}) {
      const UniqueFd systemd{::open((state_ / way).c_str(), O_RDWR | O_CLOEXEC)};
      ASSERT_TRUE(systemd);
    }
  }

  HastyClock clock_;
  Keeper hasty_{{clock_, log_, hash_, entropy_, kernel_, nics_, journal_, errands_}, notices_};
};

TEST_F(KeeperAtTheEnd, GivesUpATargetThatIsAwayAndRebootsTheMachineAfterAll) {
  set_state("FAILED");
  begin_reboot();
  const Millis start = clock_.now();
  EXPECT_EQ(hasty_.run(), MachineEnd::Reboot);
  EXPECT_THAT(kernel_.calls, Contains("destroy"));
  EXPECT_TRUE(log_.says("a target that is away has 7 s to come back"));
  EXPECT_TRUE(log_.says("the target is away, and the time is up"));
  EXPECT_GE(clock_.now() - start, 17'000U);
}

// `systemctl reboot`, cancelled: no loss of a later day may end session or machine.
class KeeperAfterACancelledEnd : public KeeperAtTheEnd {
protected:
  // The loss of the session, as the kernel tells of it once that clock has come to `when`, and
  // somebody who lets go of the sessions ten minutes later.
  class Later final : public IscsiNotices {
  public:
    Later(HastyClock& clock, Millis when, UniqueFd client)
        : clock_{clock}, when_{when}, client_{std::move(client)}, ready_{eventfd(1, EFD_CLOEXEC)} {}
    Result<Done> open() override { return Done{}; }
    int descriptor() const override { return ready_.get(); }
    Result<std::optional<IscsiNotice>> next(Clock&) override {
      if (clock_.now() > when_ + 600'000 && client_) {
        std::array<std::uint8_t, 16> buffer{};
        const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
        EXPECT_EQ(send(client_.get(), request->data(), request->size(), 0), 1);
        leaving_ = std::move(client_);
      }
      if (clock_.now() < when_ || said_) return std::optional<IscsiNotice>{};
      said_ = true;
      before_loss();
      IscsiNotice lost;
      lost.kind = IscsiNotice::Kind::ConnectionLost;
      lost.session = SessionId{3};
      return std::optional{lost};
    }

    std::function<void()> before_loss;

  private:
    HastyClock& clock_;
    Millis when_;
    UniqueFd client_, leaving_;
    UniqueFd ready_;
    bool said_ = false;
  };

  // The keeper's run over a loss that comes so much later than the announced end. `before_loss`
  // is done then.
  MachineEnd lose_after(Millis later, const std::function<void()>& before_loss) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    Later notices{clock_, clock_.now() + later, UniqueFd{ends[0]}};
    notices.before_loss = before_loss;
    Keeper keeper{{clock_, log_, hash_, entropy_, kernel_, nics_, journal_, errands_}, notices};
    EXPECT_TRUE(keeper.open(places()));
    keeper.set_end_limit(30);
    EXPECT_TRUE(start(keeper));
    EXPECT_TRUE(keeper.keep(record_));
    keeper.serve(UniqueFd{ends[1]});
    hold();  // and systemd lets go at once
    return keeper.run();
  }
  UniqueFd hold() { return UniqueFd{::open((state_ / "reboot").c_str(), O_RDWR | O_CLOEXEC)}; }
};

TEST_F(KeeperAfterACancelledEnd, KeepsASessionThatIsLostADayLater) {
  EXPECT_EQ(lose_after(86'400'000, [] {}), MachineEnd::Stay);
  EXPECT_THAT(kernel_.calls, Contains("recover"));
  EXPECT_THAT(kernel_.calls, Not(Contains("destroy")));
}

TEST_F(KeeperAfterACancelledEnd, KeepsASessionWhenSystemdTookItBack) {
  UniqueFd held;
  EXPECT_EQ(lose_after(300'000, [&] { held = hold(); }), MachineEnd::Stay);
  EXPECT_THAT(kernel_.calls, Not(Contains("destroy")));
  EXPECT_TRUE(log_.says("the machine does not end after all"));
}

// Found by the simulation: the keeper is killed in between, and the next one sees a FIFO that is
// held, as if nothing had been.
TEST_F(KeeperAfterACancelledEnd, KeepsASessionWhenSystemdTookItBackWhileNoKeeperRan) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  Later notices{clock_, clock_.now() + 10'000, UniqueFd{ends[0]}};
  Keeper keeper{{clock_, log_, hash_, entropy_, kernel_, nics_, journal_, errands_}, notices};
  ASSERT_TRUE(keeper.open(places()));
  keeper.set_end_limit(30);
  ASSERT_TRUE(keeper.remember(record_));
  hold();
  const pid_t first = fork();
  if (first == 0) {
    notices.before_loss = [] { raise(SIGKILL); };  // it has heard of the end by then
    if (start(keeper)) (void)keeper.run();
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(first, &status, 0), first);
  ASSERT_TRUE(WIFSIGNALED(status));
  const UniqueFd held = hold();
  notices.before_loss = [] {};
  ASSERT_TRUE(start(keeper));
  keeper.serve(UniqueFd{ends[1]});
  EXPECT_EQ(keeper.run(), MachineEnd::Stay);
  EXPECT_THAT(kernel_.calls, Contains("recover"));
  EXPECT_THAT(kernel_.calls, Not(Contains("destroy")));
}

TEST_F(KeeperAtTheEnd, LeavesATargetThatIsThereToWhoeverEndsItsSession) {
  begin_reboot();
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  hasty_.serve(UniqueFd{ends[1]});
  const pid_t client = fork();
  if (client == 0) {
    usleep(300'000);  // long, as that clock goes
    std::array<std::uint8_t, 16> buffer{};
    const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
    (void)send(ends[0], request->data(), request->size(), 0);
    _exit(0);
  }
  EXPECT_EQ(hasty_.run(), MachineEnd::Stay);
  EXPECT_THAT(kernel_.calls, Not(Contains("destroy")));
  waitpid(client, nullptr, 0);
  close(ends[0]);
}

}  // namespace
}  // namespace isboot::linux_platform
