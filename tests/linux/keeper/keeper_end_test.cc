// The end of the machine, as the keeper sees it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <functional>

#include "platform/linux/initiator/disk.h"
#include "platform/linux/system_error.h"
#include "tests/linux/keeper/keeper_fixture.h"

namespace isboot::linux_platform {
namespace {

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

// `keep --shutdown --then poweroff`: what still needs root's disk finds it, and nothing of it is
// flushed once more.
TEST_F(KeeperTest, LeavesTheDiskToAMachineThatEnds) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
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
    ASSERT_TRUE(hasty_.remember(record_));
    ASSERT_TRUE(start(hasty_));
    systemd_begins_to_reboot();
  }
  void systemd_begins_to_reboot() {
    // What comes second is not meant.
    for (const char* way : {"kexec", "reboot"}) {
      const UniqueFd systemd{::open((state_ / way).c_str(), O_RDWR | O_CLOEXEC)};
      ASSERT_TRUE(systemd);
    }
  }

  HastyClock clock_;
  Keeper hasty_{ports(clock_), notices_};
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

// Killed just after it has given the session up, with which the machine's disk is gone.
TEST_F(KeeperAtTheEnd, RebootsTheMachineAlthoughItWasAKeeperBeforeThatGaveTheTargetUp) {
  set_state("FAILED");
  ASSERT_TRUE(hasty_.open(places()));
  hasty_.set_end_limit(7);
  ASSERT_TRUE(hasty_.remember(record_));
  const pid_t first = fork();
  if (first == 0) {
    if (!start(hasty_)) _exit(1);
    systemd_begins_to_reboot();
    kernel_.after_destroy = [this] {
      fs::remove_all(session());
      raise(SIGKILL);
    };
    (void)hasty_.run();
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(first, &status, 0), first);
  ASSERT_TRUE(WIFSIGNALED(status));
  clock_.sleep_until(30'000);  // as its clock went
  ASSERT_TRUE(start(hasty_));
  EXPECT_EQ(hasty_.kept(), 0U);
  EXPECT_TRUE(hasty_.has_work());
  EXPECT_EQ(hasty_.run(), MachineEnd::Reboot);
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
    Keeper keeper{ports(clock_), notices};
    EXPECT_TRUE(keeper.open(places()));
    keeper.set_end_limit(30);
    EXPECT_TRUE(keeper.remember(record_));
    EXPECT_TRUE(start(keeper));
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
  Keeper keeper{ports(clock_), notices};
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
