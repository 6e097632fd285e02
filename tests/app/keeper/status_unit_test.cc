#include "app/keeper/status_unit.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/linux/system_error.h"

namespace isboot::app::test {
namespace {

constexpr std::time_t kNow = 1'000'000;

TEST(UnitStatus, IsTheLineOfTheSessionsWithTimesThatStayTrue) {
  (void)setenv("TZ", "UTC", 1);
  EXPECT_EQ(unit_status(KeeperAnswer{true, R"({"sessions":[
              {"disk":"/dev/sda","state":"carried","recoveries":2},
              {"disk":"/dev/sdb","portal":"10.0.2.2:3260","state":"waiting","state_seconds":40,
               "recoveries":0,"last_error":"the connection failed"}]})"},
                        kNow),
            "/dev/sdb (10.0.2.2:3260) is lost since 1970-01-12 13:46:00: the connection failed; "
            "/dev/sda carried, recoveries: 2");
}

// systemd reads one assignment a line.
TEST(UnitStatus, IsOneLineWhateverATargetSays) {
  const std::string status =
      unit_status(KeeperAnswer{true, R"({"sessions":[{"disk":"/dev/sda","state":"waiting",
                            "last_error":"no\nMAINPID=1"}]})"},
                  kNow);
  EXPECT_EQ(status.find('\n'), std::string::npos);
  EXPECT_NE(status.find("no?MAINPID=1"), std::string::npos);
}

TEST(UnitStatus, SaysWhatToDoWhereThereIsNone) {
  for (const int none : {ENOENT, ECONNREFUSED})
    EXPECT_EQ(unit_status(system_error(none, "connect"), kNow),
              "no keeper runs; next: isboot keep");
  EXPECT_EQ(
      unit_status(system_error(ETIMEDOUT, "no answer in time"), kNow),
      "the keeper does not answer: no answer in time (Connection timed out); next: isboot keep "
      "--replace");
  EXPECT_NE(unit_status(KeeperAnswer{true, "{"}, kNow).find("does not read"), std::string::npos);
}

class KeeperWatchTest : public ::testing::Test {
protected:
  KeeperWatchTest() {
    char name[] = "/tmp/isboot-watch-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~KeeperWatchTest() override { std::filesystem::remove_all(folder_); }

  // In a process of its own, whose signals are nobody else's: its exit status.
  template <typename Act>
  int child(Act act) {
    const pid_t pid = fork();
    if (pid == 0) {
      const auto watch = KeeperWatch::open(folder_.c_str());
      _exit(watch ? act(*watch) : 9);
    }
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string folder_;
};

TEST_F(KeeperWatchTest, WakesUpWhenTheStateFileIsReplaced) {
  EXPECT_EQ(child([this](const KeeperWatch& watch) {
              std::ofstream{folder_ + "/sessions.new"} << "sessions";
              std::filesystem::rename(folder_ + "/sessions.new", folder_ + "/sessions");
              return watch.wait() ? 0 : 1;
            }),
            0);
}

TEST_F(KeeperWatchTest, EndsWhenItIsToldTo) {
  EXPECT_EQ(child([](const KeeperWatch& watch) {
              (void)raise(SIGTERM);
              return watch.wait() ? 1 : 0;
            }),
            0);
}

TEST_F(KeeperWatchTest, NeedsTheFolder) {
  const auto watch = KeeperWatch::open((folder_ + "/none").c_str());
  ASSERT_FALSE(watch);
  EXPECT_EQ(errno_of(watch.error().code), ENOENT);
}

}  // namespace
}  // namespace isboot::app::test
