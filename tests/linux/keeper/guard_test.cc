#include "platform/linux/keeper/guard.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "testing/fake_clock.h"
#include "testing/fake_log.h"

namespace isboot::linux_platform {
namespace {

// Each process of it says one letter, and ends as the next word of `fates` says: by SIGKILL
// for 'k', by SIGTERM for 't', by itself, without a word that it is over, for 'f' (as when memory
// is short) and, with a status that nobody chose, for 'x'; for '.' it is over, with status 7.
class Work final : public GuardedWork {
public:
  explicit Work(std::string fates) : fates_{std::move(fates)} {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_), 0);
  }
  ~Work() {
    close(ends_[0]);
    close(ends_[1]);
  }

  std::optional<int> run(const Start& start) override {
    // Its number is what the others before it have left: this process is a copy of the first.
    std::array<char, 16> said{};
    const auto before = recv(ends_[0], said.data(), said.size(), MSG_DONTWAIT | MSG_PEEK);
    const std::size_t number = before < 0 ? 0 : static_cast<std::size_t>(before);
    std::string all{said.data(), number};
    if (before >= 0) (void)recv(ends_[0], said.data(), said.size(), 0);
    all += start.first ? 'f' : 'n';
    (void)send(ends_[1], all.data(), all.size(), 0);
    if (fates_[number] == 'k') raise(SIGKILL);
    if (fates_[number] == 't') raise(SIGTERM);
    if (fates_[number] == 'x') _exit(0);
    if (fates_[number] == 'f') return std::nullopt;
    return 7;
  }

  void heir_is(pid_t) override {}
  void take_the_place_of(pid_t) override { _exit(1); }  // the test has been ended
  void finish(int) override {}

  // For each process: 'f' when it is told that it is the first, else 'n'.
  std::string said() {
    std::array<char, 16> said{};
    const auto size = recv(ends_[0], said.data(), said.size(), MSG_DONTWAIT);
    return size < 0 ? std::string{} : std::string(said.data(), static_cast<std::size_t>(size));
  }

private:
  std::string fates_;
  int ends_[2] = {-1, -1};
};

struct Guard : ::testing::Test {
  testing::FakeClock clock;
  testing::FakeLog log;
};

TEST_F(Guard, EndsWithTheStatusOfWorkThatEndsByItself) {
  Work work{"."};
  EXPECT_EQ(guard(work, {}, clock, log), 7);
  EXPECT_EQ(work.said(), "f");
  EXPECT_TRUE(log.lines.empty());
}

TEST_F(Guard, StartsAgainWhatASignalEnded) {
  Work work{"kt."};
  EXPECT_EQ(guard(work, {}, clock, log), 7);
  EXPECT_EQ(work.said(), "fnn");
  ASSERT_EQ(log.lines.size(), 2U);
  EXPECT_EQ(log.lines[0], "keeper: ended by signal 9; starts again");
  EXPECT_EQ(log.lines[1], "keeper: ended by signal 15; starts again");
}

// A keeper was killed because memory is short, and the next one cannot start for a while.
TEST_F(Guard, StartsAgainWhatEndedWithoutSayingThatItIsOver) {
  Work work{"kffx."};
  EXPECT_EQ(guard(work, {}, clock, log), 7);
  EXPECT_EQ(work.said(), "fnnnn");
  ASSERT_EQ(log.lines.size(), 4U);
  EXPECT_EQ(log.lines[1], "keeper: could not go on (status 1); starts again");
  EXPECT_EQ(log.lines[3], "keeper: could not go on (status 0); starts again");
}

TEST_F(Guard, WaitsASecondBetweenTwoStarts) {
  const Millis start = clock.now();
  Work work{"kk."};
  guard(work, {}, clock, log);
  EXPECT_EQ(clock.now() - start, 2'000U);
}

TEST_F(Guard, SeesTheEndAlsoWhereSignalsOfChildrenWereIgnored) {
  (void)signal(SIGCHLD, SIG_IGN);
  Work work{"k."};
  EXPECT_EQ(guard(work, {}, clock, log), 7);
  (void)signal(SIGCHLD, SIG_DFL);
}

TEST_F(Guard, KeepsNoDescriptorThatIsForTheFirstAlone) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd other{ends[0]};
  UniqueFd for_the_first{ends[1]};
  Work work{"k."};
  guard(work, {&for_the_first, 1}, clock, log);
  EXPECT_EQ(work.said(), "fn");
  char byte = 0;
  EXPECT_EQ(recv(other.get(), &byte, 1, MSG_DONTWAIT), 0) << "somebody still has it";
}

}  // namespace
}  // namespace isboot::linux_platform
