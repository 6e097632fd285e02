#include "platform/linux/keeper/syscall_filter.h"

#include <gtest/gtest.h>
#include <linux/dm-ioctl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system_error.h"
#include "testing/leave.h"

namespace isboot::linux_platform {
namespace {

constexpr int kNoFilter = 99;

// The errno of `call` behind the filter, in a process of its own; 0 when it succeeds.
template <class Call>
int behind_filter(Call call) {
  const pid_t child = fork();
  if (child == 0) {
    if (!refuse_other_system_calls()) testing::leave(kNoFilter);
    errno = 0;
    testing::leave(call() < 0 ? errno : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST(SyscallFilter, RefusesWhatAKeeperNeverDoes) {
  EXPECT_EQ(behind_filter([] { return execl("/bin/true", "true", static_cast<char*>(nullptr)); }),
            EPERM);
  EXPECT_EQ(behind_filter([] { return fork(); }), EPERM);
  EXPECT_EQ(behind_filter([] { return static_cast<int>(ptrace(PTRACE_TRACEME, 0, 0, 0)); }), EPERM);
  EXPECT_EQ(behind_filter([] { return mkdir("/tmp/isboot-never", 0700); }), EPERM);
  EXPECT_EQ(behind_filter([] { return setuid(0); }), EPERM);
}

TEST(SyscallFilter, LetsItTalkToTargetsAndToTheKernel) {
  for (const int family : {AF_INET, AF_INET6, AF_NETLINK}) {
    const int type = family == AF_NETLINK ? SOCK_RAW : SOCK_STREAM;
    EXPECT_EQ(behind_filter([=] { return socket(family, type | SOCK_CLOEXEC, 0); }), 0) << family;
  }
  EXPECT_EQ(behind_filter([] { return socket(AF_PACKET, SOCK_RAW, 0); }), EPERM);
  EXPECT_EQ(behind_filter([] { return socket(AF_UNIX, SOCK_STREAM, 0); }), EPERM);
}

// The keeper's own code, not only the calls that it is thought to make.
TEST(SyscallFilter, LetsItBindAConnectionToItsNic) {
  const unsigned lo = if_nametoindex("lo");
  LinuxClock clock;
  const auto bind = [&] {
    TcpStream stream{clock};
    if (!stream.start_connect({IpAddress::v4(127, 0, 0, 1), 1}, Via{lo, true})) return -1;
    int number = 0;
    socklen_t size = sizeof number;
    (void)getsockopt(stream.descriptor(), SOL_SOCKET, SO_BINDTOIFINDEX, &number, &size);
    if (number != static_cast<int>(lo)) errno = ENODEV;
    return number == static_cast<int>(lo) ? 0 : -1;
  };
  EXPECT_EQ(behind_filter(bind), 0);
}

// No descriptor: what the filter lets through fails for that.
TEST(SyscallFilter, LetsItSpeakWithDeviceMapperOfStatusAndMessagesAlone) {
  for (const auto request : {DM_TABLE_STATUS, DM_TARGET_MSG})
    EXPECT_EQ(behind_filter([=] { return ioctl(-1, request, nullptr); }), EBADF);
  for (const auto request : {DM_DEV_REMOVE, DM_TABLE_LOAD, static_cast<unsigned long>(TIOCSTI)})
    EXPECT_EQ(behind_filter([=] { return ioctl(-1, request, nullptr); }), EPERM);
}

TEST(SyscallFilter, LetsItWriteBackBeforeTheMachineEnds) {
  EXPECT_EQ(behind_filter([] { return static_cast<int>(syscall(SYS_sync)); }), 0);
}

TEST(SyscallFilter, StaysForGood) {
  EXPECT_EQ(behind_filter([] { return refuse_other_system_calls() ? 0 : -1; }), EPERM);
}

}  // namespace
}  // namespace isboot::linux_platform
