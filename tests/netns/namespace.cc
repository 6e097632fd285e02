#include "tests/netns/namespace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace isboot::netns {
namespace {

// A thread's own namespace, not the process's: threads of a test may be elsewhere.
constexpr const char* kCurrent = "/proc/thread-self/ns/net";

linux_platform::UniqueFd current() {
  return linux_platform::UniqueFd{open(kCurrent, O_RDONLY | O_CLOEXEC)};
}

// Runs commands elsewhere without moving the thread for good.
class Visit {
public:
  explicit Visit(int fd) : back_{current()} { EXPECT_EQ(setns(fd, CLONE_NEWNET), 0); }
  Visit(const Visit&) = delete;
  ~Visit() { EXPECT_EQ(setns(back_.get(), CLONE_NEWNET), 0); }

private:
  linux_platform::UniqueFd back_;
};

}  // namespace

std::string reason_to_skip() {
  if (geteuid() != 0) return "needs root: makes network namespaces";
  if (std::system("ip -Version >/dev/null 2>&1") != 0) return "needs the program ip (iproute2)";
  return {};
}

Namespace Namespace::create() {
  const linux_platform::UniqueFd back = current();
  EXPECT_EQ(unshare(CLONE_NEWNET), 0);
  Namespace made{current()};
  EXPECT_EQ(setns(back.get(), CLONE_NEWNET), 0);
  made.run("ip link set lo up");
  return made;
}

void Namespace::enter(bool with_sysfs) const {
  ASSERT_EQ(setns(fd_.get(), CLONE_NEWNET), 0);
  if (!with_sysfs) return;
  // A mount of sysfs shows the links of the namespace in which it was made.
  ASSERT_EQ(unshare(CLONE_NEWNS), 0);
  ASSERT_EQ(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  ASSERT_EQ(mount("sysfs", "/sys", "sysfs", 0, nullptr), 0);
}

void Namespace::run(const std::string& command) const {
  const Visit visit{fd_.get()};
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

std::string Namespace::output(const std::string& command) const {
  const Visit visit{fd_.get()};
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text;
  char part[4096];
  while (const std::size_t count = std::fread(part, 1, sizeof part, pipe)) text.append(part, count);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

bool Namespace::reaches(const IpAddress& address, const Namespace& other, unsigned scope) const {
  // One socket for both families: IPv4 comes as ::ffff:a.b.c.d, as IpAddress has it.
  sockaddr_in6 place{};
  place.sin6_family = AF_INET6;
  socklen_t size = sizeof place;
  linux_platform::UniqueFd listener;
  {
    const Visit visit{other.fd_.get()};
    listener.reset(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(listen(listener.get(), 1), 0);  // on a free port that the kernel chooses
    EXPECT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&place), &size), 0);
  }
  std::copy(address.bytes.begin(), address.bytes.end(), place.sin6_addr.s6_addr);
  place.sin6_scope_id = scope;
  const Visit visit{fd_.get()};
  const linux_platform::UniqueFd caller{socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const timeval limit{4, 0};
  EXPECT_EQ(setsockopt(caller.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), 0);
  return connect(caller.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
}

std::string Namespace::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_.get());
}

}  // namespace isboot::netns
