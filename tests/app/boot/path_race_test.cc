#include "app/boot/path_race.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>

#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

constexpr std::size_t kPaths = 3;
constexpr Millis kLimit = 10'000;  // far above what a test takes

// What the processes of the paths do is seen here by the test.
struct Seen {
  std::atomic<int> started{0};
  std::atomic<int> held{0};  // before_leaving()
  std::atomic<int> left{0};  // bits, by path
  std::atomic<int> taken_back{0};
  std::array<std::atomic<bool>, kPaths> may_end{};
  std::array<char, 64> name{};      // of the process in which path 0 ran
  std::atomic<bool> silent{false};  // standard output and error of path 0 lead nowhere
};

bool leads_nowhere(int fd) {
  std::array<char, 64> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return readlink(link.c_str(), target.data(), target.size() - 1) > 0 &&
         std::string{target.data()} == "/dev/null";
}

class Paths final : public PathWork {
public:
  explicit Paths(Seen& seen) : seen_{seen} {}
  std::string bring_up(std::size_t path, Log& log) override {
    ++seen_.started;
    return run[path](log);
  }
  bool may_come_later(std::size_t path) override { return later[path]; }
  void before_leaving(Log&) override { seen_.held = getpid(); }
  void leave(std::size_t path, Log& log) override {
    if (!seen_.held) return;
    log.write(LogLevel::Info, "leaves");
    seen_.left |= 1 << path;
  }
  void take_back(std::size_t path, Log&) override { seen_.taken_back |= 1 << path; }

  std::array<std::function<std::string(Log&)>, kPaths> run;
  std::array<bool, kPaths> later{};

private:
  Seen& seen_;
};

class PathRace : public ::testing::Test {
protected:
  void SetUp() override {
    void* shared =
        mmap(nullptr, sizeof(Seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(shared, MAP_FAILED);
    seen_ = new (shared) Seen;
    paths_.emplace(*seen_);
  }
  void TearDown() override {
    for (auto& may_end : seen_->may_end) may_end = true;
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    munmap(seen_, sizeof(Seen));
  }
  // Waits for the test's word.
  std::function<std::string(Log&)> held(std::size_t path, const std::string& disk) {
    return [this, path, disk](Log&) {
      while (!seen_->may_end[path]) clock_.sleep_until(clock_.now() + 1);
      return disk;
    };
  }
  std::string race_of(std::size_t count, Millis limit = kLimit) {
    return race(*paths_, 0, count, clock_.now() + limit, clock_, log_);
  }
  // Whether it comes true within seconds.
  bool soon(const std::function<bool()>& holds) {
    for (const Millis limit = clock_.now() + kLimit; clock_.now() < limit;) {
      if (holds()) return true;
      clock_.sleep_until(clock_.now() + 1);
    }
    return false;
  }

  linux_platform::LinuxClock clock_;
  testing::FakeLog log_;
  Seen* seen_ = nullptr;
  std::optional<Paths> paths_;
};

TEST_F(PathRace, IsWonByTheFirstWithADiskThoughAnotherHangs) {
  paths_->run = {held(0, "/dev/sda"), [](Log&) { return "/dev/sdb"; }, held(2, "/dev/sdc")};
  EXPECT_EQ(race_of(3), "/dev/sdb");
  EXPECT_TRUE(soon([this] { return seen_->started == 3; }));
  EXPECT_EQ(seen_->left, 1 << 1);
  EXPECT_EQ(seen_->held, getpid());
}

TEST_F(PathRace, LetsTheOthersJoinLater) {
  paths_->run = {held(0, "/dev/sda"), [](Log&) { return "/dev/sdb"; }, held(2, "")};
  ASSERT_EQ(race_of(3), "/dev/sdb");
  seen_->may_end[0] = seen_->may_end[2] = true;
  EXPECT_TRUE(soon([this] { return seen_->left == (1 << 0 | 1 << 1); }));
  EXPECT_EQ(seen_->taken_back, 0);
}

TEST_F(PathRace, LeavesWhatHasNoDiskYetOnceAnotherPathHasOne) {
  for (const bool before : {true, false}) {
    seen_->left = seen_->held = 0;
    seen_->may_end[0] = before;
    seen_->may_end[1] = !before;
    paths_->later[0] = true;
    paths_->run = {held(0, ""), [this, before](Log&) {
                     if (before) clock_.sleep_until(clock_.now() + 50);
                     return "/dev/sdb";
                   }};
    EXPECT_EQ(race_of(2), "/dev/sdb");
    seen_->may_end[0] = true;
    EXPECT_TRUE(soon([this] { return seen_->left == (1 << 0 | 1 << 1); }));
    EXPECT_EQ(seen_->taken_back, 0);
  }
}

TEST_F(PathRace, TakesBackWhatHasNoDiskYetWhenNoPathHasOne) {
  paths_->later[0] = true;
  paths_->run = {[](Log&) { return ""; }, [](Log&) { return ""; }};
  EXPECT_EQ(race_of(2), "");
  EXPECT_EQ(seen_->taken_back, 1 << 0);
  EXPECT_EQ(seen_->left, 0);
}

TEST_F(PathRace, GoesOnWhenAPathFails) {
  paths_->run = {[](Log& log) {
                   log.write(LogLevel::Error, "authentication failed");
                   return "";
                 },
                 [this](Log&) {
                   soon([this] { return seen_->started == 2; });
                   return "/dev/sda";
                 }};
  EXPECT_EQ(race_of(2), "/dev/sda");
  EXPECT_TRUE(log_.says("path 1: authentication failed"));
  EXPECT_TRUE(log_.says("path 2: leaves"));
}

TEST_F(PathRace, GoesOnWhenAPathsProcessDies) {
  paths_->run = {[](Log&) {
                   raise(SIGKILL);
                   return "/dev/sda";
                 },
                 [](Log&) { return "/dev/sdb"; }};
  EXPECT_EQ(race_of(2), "/dev/sdb");
}

TEST_F(PathRace, EndsWithoutADiskWhenEveryPathFails) {
  paths_->run = {[](Log&) { return ""; },
                 [](Log&) {
                   raise(SIGKILL);
                   return "";
                 }};
  EXPECT_EQ(race_of(2), "");
  EXPECT_EQ(seen_->held, 0);
  EXPECT_TRUE(log_.says("a path's process was ended by signal 9"));
}

TEST_F(PathRace, IsOverAtItsLimitWhateverAPathDoes) {
  paths_->run = {held(0, "/dev/sda"), held(1, "/dev/sda")};
  EXPECT_EQ(race_of(2, 20), "");
  EXPECT_TRUE(log_.says("does not end by itself"));
}

TEST_F(PathRace, RunsInProcessesThatOutliveWhoeverStartedThem) {
  paths_->run = {[this](Log&) {
                   const auto line = linux_platform::read_file("/proc/self/cmdline", 4096);
                   if (line) line->copy(seen_->name.data(), seen_->name.size() - 1);
                   seen_->silent = leads_nowhere(STDOUT_FILENO) && leads_nowhere(STDERR_FILENO) &&
                                   getsid(0) == getpid();
                   return "/dev/sda";
                 },
                 held(1, "/dev/sdb")};
  ASSERT_EQ(race_of(2), "/dev/sda");
  EXPECT_EQ(seen_->name[0], '@');
  EXPECT_TRUE(seen_->silent);
}

TEST_F(PathRace, TakesADiskBackWhenWhoeverWantedItIsKilled) {
  paths_->run = {held(0, "/dev/sda"), held(1, "/dev/sdb")};
  const pid_t starter = fork();
  if (starter == 0) {
    race_of(2);
    _exit(0);
  }
  ASSERT_TRUE(soon([this] { return seen_->started == 2; }));
  kill(starter, SIGKILL);
  ASSERT_EQ(waitpid(starter, nullptr, 0), starter);
  seen_->may_end[0] = seen_->may_end[1] = true;
  EXPECT_TRUE(soon([this] { return seen_->taken_back == 3; }));
  EXPECT_EQ(seen_->left, 0);
}

}  // namespace
}  // namespace isboot::app
