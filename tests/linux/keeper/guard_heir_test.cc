// What becomes of work whose guard is killed. The test's process is the one that orphans fall to,
// as a machine's init.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/linux/keeper/guard.h"
#include "platform/linux/system/clock.h"
#include "testing/fake_log.h"

namespace isboot::linux_platform {
namespace {

constexpr int kOver = 7;

struct Said {
  enum What : std::uint8_t { Nothing, Works, HeirIs, Guards, Returned };
  What what = Nothing;
  pid_t process = 0;
  int status = 0;
};

class GuardHeir : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, words_), 0);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders_), 0);
    const timeval limit{60, 0};
    ASSERT_EQ(setsockopt(words_[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    guard_ = fork();
    if (guard_ == 0) guards();
    close(words_[1]);
    work_ = next(Said::Works).process;
    heir_ = next(Said::HeirIs).process;
  }
  void TearDown() override {
    (void)send(orders_[1], "d", 1, 0);
    // What is still there is a child of ours by now, or of one that is.
    while (next().what != Said::Nothing) {
    }
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    close(words_[0]);
    close(orders_[0]);
    close(orders_[1]);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
  }

  // The next that a process says; Nothing: there is none any more.
  Said next() {
    Said said;
    const ssize_t size = recv(words_[0], &said, sizeof said, 0);
    EXPECT_GE(size, 0) << "nobody says anything";
    return size > 0 ? said : Said{};
  }
  Said next(Said::What what) {
    const Said said = next();
    EXPECT_EQ(said.what, what);
    return said;
  }

  // The work comes to its end; the heir, as a guard, says so; nobody is left behind.
  void expect_end(pid_t in) {
    const Said end = next(Said::Returned);
    EXPECT_EQ(end.process, in);
    EXPECT_EQ(end.status, kOver);
    EXPECT_EQ(next().what, Said::Nothing) << "somebody is left";
  }
  void end_work() { ASSERT_EQ(send(orders_[1], "d", 1, 0), 1); }
  static void end(pid_t process) { ASSERT_EQ(kill(process, SIGKILL), 0); }

  // By the heir, at once.
  void expect_taken_over() {
    EXPECT_EQ(next(Said::Guards).process, heir_);
    guard_ = heir_;
  }

  pid_t guard_ = 0, work_ = 0, heir_ = 0;

private:
  class Work final : public GuardedWork {
  public:
    Work(int says, int hears) : says_{says}, hears_{hears} {}
    std::optional<int> run(const Start& start) override {
      say({Said::Works, getpid(), start.first ? 1 : 0});
      char order = 0;
      (void)recv(hears_, &order, 1, 0);
      return kOver;
    }
    void heir_is(pid_t heir) override { say({Said::HeirIs, heir, 0}); }
    void take_the_place_of(pid_t) override { say({Said::Guards, getpid(), 0}); }
    void say(const Said& said) const { (void)send(says_, &said, sizeof said, 0); }

  private:
    int says_, hears_;
  };

  [[noreturn]] void guards() {
    close(words_[0]);
    close(orders_[1]);
    LinuxClock clock;
    testing::FakeLog log;
    Work work{words_[1], orders_[0]};
    const int status = guard(work, {}, clock, log);
    work.say({Said::Returned, getpid(), status});
    _exit(0);
  }

  int words_[2] = {-1, -1};
  int orders_[2] = {-1, -1};
};

TEST_F(GuardHeir, TakesThePlaceOfAGuardThatIsKilledAndLeavesTheWorkAlone) {
  end(guard_);
  expect_taken_over();
  heir_ = next(Said::HeirIs).process;
  end_work();
  expect_end(guard_);
}

TEST_F(GuardHeir, StartsTheWorkAgainAsTheGuardWould) {
  for (int times = 0; times < 3; ++times) {
    end(guard_);
    expect_taken_over();
    heir_ = next(Said::HeirIs).process;
    end(work_);
    const Said again = next(Said::Works);
    EXPECT_NE(again.process, work_);
    EXPECT_EQ(again.status, 0) << "it is not the first";
    work_ = again.process;
  }
  end_work();
  expect_end(guard_);
}

TEST_F(GuardHeir, IsReplacedItself) {
  for (int times = 0; times < 2; ++times) {
    const pid_t before = heir_;
    end(heir_);
    heir_ = next(Said::HeirIs).process;
    EXPECT_NE(heir_, before);
  }
  end(guard_);
  expect_taken_over();
  // Also beside work that is not its child.
  end(next(Said::HeirIs).process);
  heir_ = next(Said::HeirIs).process;
  end(guard_);
  expect_taken_over();
  (void)next(Said::HeirIs);
  end_work();
  expect_end(guard_);
}

TEST_F(GuardHeir, StartsWorkThatWasKilledTogetherWithItsGuard) {
  ASSERT_EQ(kill(guard_, SIGSTOP), 0);
  end(work_);
  end(guard_);
  expect_taken_over();
  EXPECT_NE(next(Said::Works).process, work_);
  (void)next(Said::HeirIs);
  end_work();
  expect_end(guard_);
}

TEST_F(GuardHeir, KnowsOfAnEndThatItsGuardDidNotLiveToSee) {
  ASSERT_EQ(kill(guard_, SIGSTOP), 0);
  end_work();
  // The work has ended when its number is a dead process's: its parent does not wait for it.
  siginfo_t info{};
  (void)waitid(P_PID, static_cast<id_t>(work_), &info, WEXITED | WNOWAIT);
  end(guard_);
  expect_taken_over();
  const Said said = next();
  // It may have had its own heir before it saw the end.
  if (said.what == Said::HeirIs) {
    expect_end(guard_);
  } else {
    EXPECT_EQ(said.what, Said::Returned);
    EXPECT_EQ(said.status, kOver);
    EXPECT_EQ(next().what, Said::Nothing);
  }
}

TEST_F(GuardHeir, GoesWithAGuardWhoseWorkIsOver) {
  end_work();
  expect_end(guard_);
}

}  // namespace
}  // namespace isboot::linux_platform
