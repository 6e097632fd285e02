#include "platform/linux/system/console.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr Text kConsoles = "tty0 ttyS0\n";

std::string numbers_of(int fd) {
  struct stat status {};
  EXPECT_EQ(fstat(fd, &status), 0);
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

TEST(ReaderOf, TheJournalIsAReaderOfTheKernelsLog) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd ours{ends[0]};
  const UniqueFd its{ends[1]};
  EXPECT_EQ(reader_of(ours.get(), kConsoles, numbers_of(ours.get())), Reader::KernelLog);
  // Another socket than the journal's, as below a shell that took ours away.
  EXPECT_EQ(reader_of(ours.get(), kConsoles, numbers_of(its.get())), Reader::Other);
  EXPECT_EQ(reader_of(ours.get(), kConsoles, ""), Reader::Other);
}

TEST(ReaderOf, NobodyReadsAClosedDescriptor) {
  EXPECT_EQ(reader_of(-1, kConsoles, ""), Reader::KernelLog);
}

TEST(ReaderOf, ATerminalCountsByItsName) {
  int leader = -1;
  int terminal = -1;
  char name[64];
  ASSERT_EQ(openpty(&leader, &terminal, name, nullptr, nullptr), 0);
  const UniqueFd first{leader};
  const UniqueFd second{terminal};
  EXPECT_EQ(reader_of(terminal, kConsoles, ""), Reader::Other);
  const std::string consoles = "ttyS0 " + std::string{name}.substr(sizeof "/dev/" - 1) + "\n";
  EXPECT_EQ(reader_of(terminal, consoles, ""), Reader::Console);
}

TEST(ReaderOf, AFileIsOneOfItsOwn) {
  const UniqueFd nothing{open("/dev/null", O_WRONLY | O_CLOEXEC)};
  EXPECT_EQ(reader_of(nothing.get(), kConsoles, ""), Reader::Other);
}

TEST(ConsoleLevel, IsTheFirstNumber) {
  const std::string path = "/tmp/isboot-printk-" + std::to_string(getpid());
  ASSERT_TRUE(make_file(path, "4\t4\t1\t7\n"));
  EXPECT_EQ(console_level(path), 4);
  std::remove(path.c_str());
  EXPECT_EQ(console_level(path), 0);
}

}  // namespace
}  // namespace isboot::linux_platform
