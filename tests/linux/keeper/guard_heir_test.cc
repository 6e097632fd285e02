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
#include "testing/fake_clock.h"
#include "testing/fake_log.h"

namespace isboot::linux_platform {
namespace {

constexpr int kOver = 7;

struct Said {
  enum What : std::uint8_t { Nothing, Works, Ends, HeirIs, Guards, Finishes, Returned };
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
    for (int i = 0; i < 2; ++i) order();
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
  // The next of this kind: two processes that are told of here at the same time say so in any
  // order.
  Said next(Said::What what) {
    for (auto said = early_.begin(); said != early_.end(); ++said) {
      if (said->what != what) continue;
      const Said found = *said;
      early_.erase(said);
      return found;
    }
    for (;;) {
      const Said said = next();
      if (said.what == what) return said;
      if (said.what == Said::Nothing) break;
      early_.push_back(said);
    }
    ADD_FAILURE() << "nobody says " << static_cast<int>(what);
    return {};
  }

  // The work comes to its end; the heir, as a guard, says so; nobody is left behind.
  void expect_end(pid_t in) {
    EXPECT_EQ(next(Said::Finishes).process, in);
    order();
    const Said end = next(Said::Returned);
    EXPECT_EQ(end.process, in);
    EXPECT_EQ(end.status, kOver);
    EXPECT_EQ(next().what, Said::Nothing) << "somebody is left";
  }
  // That its end was seen coming: whether it had a guard then.
  bool end_work() {
    order();
    return next(Said::Ends).status == 1;
  }
  void order() { EXPECT_EQ(send(orders_[1], "d", 1, 0), 1); }
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
    Work(int says, int hears, Clock& clock) : says_{says}, hears_{hears}, clock_{clock} {}
    std::optional<int> run(const Start& start) override {
      say({Said::Works, getpid(), start.first ? 1 : 0});
      char order = 0;
      (void)recv(hears_, &order, 1, 0);
      say({Said::Ends, getpid(), start.is_guarded() ? 1 : 0});
      return kOver;
    }
    void heir_is(pid_t heir) override { say({Said::HeirIs, heir, 0}); }
    void take_the_place_of(pid_t) override {
      say({Said::Guards, getpid(), static_cast<int>(clock_.now() - start_)});
    }
    // Waits, as the end of a machine does for disks.
    void finish(int status) override {
      say({Said::Finishes, getpid(), status});
      char order = 0;
      (void)recv(hears_, &order, 1, 0);
    }
    void say(const Said& said) const { (void)send(says_, &said, sizeof said, 0); }

  private:
    int says_, hears_;
    Clock& clock_;
    Millis start_ = clock_.now();
  };

  [[noreturn]] void guards() {
    close(words_[0]);
    close(orders_[1]);
    testing::FakeClock clock;
    testing::FakeLog log;
    Work work{words_[1], orders_[0], clock};
    const int status = guard(work, {}, clock, log);
    work.say({Said::Returned, getpid(), status});
    _exit(0);
  }

  std::vector<Said> early_;
  int words_[2] = {-1, -1};
  int orders_[2] = {-1, -1};
};

TEST_F(GuardHeir, TakesThePlaceOfAGuardThatIsKilledAndLeavesTheWorkAlone) {
  end(guard_);
  expect_taken_over();
  heir_ = next(Said::HeirIs).process;
  EXPECT_TRUE(end_work()) << "by another guard";
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
  (void)end_work();
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
  (void)end_work();
  expect_end(guard_);
}

TEST_F(GuardHeir, StartsWorkThatWasKilledTogetherWithItsGuard) {
  ASSERT_EQ(kill(guard_, SIGSTOP), 0);
  end(work_);
  end(guard_);
  expect_taken_over();
  EXPECT_NE(next(Said::Works).process, work_);
  (void)next(Said::HeirIs);
  (void)end_work();
  expect_end(guard_);
}

TEST_F(GuardHeir, KnowsOfAnEndThatItsGuardDidNotLiveToSee) {
  ASSERT_EQ(kill(guard_, SIGSTOP), 0);
  (void)end_work();
  // Its parent does not wait for it.
  siginfo_t info{};
  (void)waitid(P_PID, static_cast<id_t>(work_), &info, WEXITED | WNOWAIT);
  end(guard_);
  expect_taken_over();
  expect_end(guard_);
}

TEST_F(GuardHeir, DoesAgainWhatItsGuardWasDoingAtTheEnd) {
  EXPECT_TRUE(end_work());
  EXPECT_EQ(next(Said::Finishes).process, guard_);
  end(guard_);
  expect_taken_over();
  expect_end(guard_);
}

TEST_F(GuardHeir, AndItsGuardLeaveWorkThatKnowsThatItIsAlone) {
  ASSERT_EQ(kill(guard_, SIGSTOP), 0);
  end(heir_);
  end(guard_);
  for (const pid_t ended : {guard_, heir_}) (void)waitpid(ended, nullptr, 0);
  EXPECT_FALSE(end_work());
  EXPECT_EQ(next().what, Said::Nothing);
}

TEST_F(GuardHeir, TakesThePlaceOfOneThatDidNotLiveForASecondWhenThatIsOver) {
  end(guard_);
  const Said said = next(Said::Guards);
  EXPECT_EQ(said.status, 1'000);
  (void)next(Said::HeirIs);
  (void)end_work();
  expect_end(said.process);
}

TEST_F(GuardHeir, GoesWithAGuardWhoseWorkIsOver) {
  (void)end_work();
  expect_end(guard_);
}

}  // namespace
}  // namespace isboot::linux_platform
