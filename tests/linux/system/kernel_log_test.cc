#include "platform/linux/system/kernel_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "testing/fake_clock.h"

namespace isboot::linux_platform {
namespace {

constexpr int kReturned = 7;

// What a child's exit says after `work` with `error` as its standard error (-1: closed). A log that
// waits for ever ends by the alarm's signal.
template <typename Work>
int status_of_child(int error, Work work) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_IGN);
    alarm(20);
    error < 0 ? close(STDERR_FILENO) : dup2(error, STDERR_FILENO);
    work();
    _exit(kReturned);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void fill(int pipe) {
  std::array<char, 4096> junk{};
  ASSERT_EQ(fcntl(pipe, F_SETFL, O_NONBLOCK), 0);
  while (write(pipe, junk.data(), junk.size()) > 0) {
  }
  ASSERT_EQ(fcntl(pipe, F_SETFL, 0), 0);
}

TEST(KernelLog, DoesNotWaitForAPipeThatNobodyReads) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  fill(ends[1]);
  EXPECT_EQ(status_of_child(ends[1],
                            [] {
                              testing::FakeClock clock;
                              KernelLog log{clock, 1};
                              log.never_wait();
                              log.write(LogLevel::Warning, "a line of a test");
                            }),
            kReturned);
  // The flag is of a description of its own: the caller's pipe blocks as before.
  EXPECT_EQ(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
  close(ends[0]);
  close(ends[1]);
}

TEST(KernelLog, StillWritesToAPipeThatIsRead) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(status_of_child(ends[1],
                            [] {
                              testing::FakeClock clock;
                              KernelLog log{clock, 1};
                              log.never_wait();
                              log.write(LogLevel::Warning, "a line of a test");
                            }),
            kReturned);
  close(ends[1]);
  std::array<char, 256> text{};
  EXPECT_GT(read(ends[0], text.data(), text.size() - 1), 0);
  EXPECT_NE(std::string{text.data()}.find("a line of a test"), std::string::npos);
  close(ends[0]);
}

// A page of it may be waiting for the disk whose session is lost.
TEST(KernelLog, WritesNothingMoreToAFile) {
  char path[] = "/tmp/isboot-log-XXXXXX";
  const UniqueFd file{mkstemp(path)};
  status_of_child(file.get(), [] {
    testing::FakeClock clock;
    KernelLog log{clock, 1};
    log.write(LogLevel::Warning, "before");
    log.never_wait();
    log.write(LogLevel::Warning, "after");
  });
  const auto text = read_file(path, 1024);
  EXPECT_NE(text->find("before"), std::string::npos);
  EXPECT_EQ(text->find("after"), std::string::npos);
  unlink(path);
}

// What is opened next as descriptor 2 may be the connection to a target.
TEST(KernelLog, WritesNothingToWhatTakesThePlaceOfAClosedStandardError) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const int other = ends[1];
  EXPECT_EQ(status_of_child(-1,
                            [other] {
                              testing::FakeClock clock;
                              // As in a container, there is no /dev/kmsg.
                              const rlimit none{0, 64}, some{64, 64};
                              setrlimit(RLIMIT_NOFILE, &none);
                              KernelLog log{clock, 1};
                              setrlimit(RLIMIT_NOFILE, &some);
                              dup2(other, STDERR_FILENO);
                              log.write(LogLevel::Warning, "a line of a test");
                            }),
            kReturned);
  close(other);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}

}  // namespace
}  // namespace isboot::linux_platform
