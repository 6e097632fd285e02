#include "platform/linux/keeper/start_anew.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

// In the process that start_anew() makes of this one: which program it runs, by an exit status.
TEST(StartAnewChild, DISABLED_SaysWhatItRuns) {
  const std::string program = fs::read_symlink("/proc/self/exe");
  _exit(program.rfind("/memfd:isboot", 0) == 0 ? 11 : 12);
}

constexpr const char* kNoProgram = "/no/such/program";

int status_of(const pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StartAnew, RunsTheSameProgramFromMemory) {
  const pid_t child = fork();
  if (child == 0) {
    const char* const arguments[] = {"@test", "--gtest_filter=StartAnewChild.*",
                                     "--gtest_also_run_disabled_tests", nullptr};
    start_anew(arguments, kNoProgram);
    _exit(13);
  }
  EXPECT_EQ(status_of(child), 11);
}

// The keeper of a system is the small program, whoever starts it.
TEST(StartAnew, RunsTheSmallProgramWhereThereIsOne) {
  const pid_t child = fork();
  if (child == 0) {
    const char* const arguments[] = {"sh", "-c", "exit 14", nullptr};
    start_anew(arguments, "/bin/sh");
    _exit(13);
  }
  EXPECT_EQ(status_of(child), 14);
}

TEST(StartAnew, RunsItselfWhereTheSmallProgramIsNone) {
  const pid_t child = fork();
  if (child == 0) {
    const char* const arguments[] = {"@test", "--gtest_filter=StartAnewChild.*",
                                     "--gtest_also_run_disabled_tests", nullptr};
    start_anew(arguments, "/etc/passwd");
    _exit(13);
  }
  EXPECT_EQ(status_of(child), 11);
}

// As a file on a disk that is away: a FIFO's reader waits for a writer that never comes.
TEST(StartAnew, RunsItselfWhereTheSmallProgramCannotBeRead) {
  const std::string never = ::testing::TempDir() + "isboot-never-" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(never.c_str(), 0600), 0);
  const pid_t child = fork();
  if (child == 0) {
    const char* const arguments[] = {"@test", "--gtest_filter=StartAnewChild.*",
                                     "--gtest_also_run_disabled_tests", nullptr};
    start_anew(arguments, never.c_str());
    _exit(13);
  }
  EXPECT_EQ(status_of(child), 11);
  // Lets the reader go.
  const int writer = open(never.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  EXPECT_GE(writer, 0);
  (void)close(writer);
  fs::remove(never);
}

TEST(CloseFrom, LeavesWhatIsBelow) {
  const pid_t child = fork();
  if (child == 0) {
    const int low = fcntl(STDERR_FILENO, F_DUPFD, 50);
    const int high = fcntl(STDERR_FILENO, F_DUPFD, 200);
    close_from(low + 1);
    const bool right = fcntl(low, F_GETFD) >= 0 && fcntl(high, F_GETFD) < 0;
    _exit(low == 50 && high == 200 && right ? 11 : 12);
  }
  EXPECT_EQ(status_of(child), 11);
}

}  // namespace
}  // namespace isboot::linux_platform
