// PID 1 of the machine in which bench/vm/network.py measures: takes a NIC that is down, lets
// one program after the other bring it up, and takes the time from exec to "address set,
// carrier up", as rtnetlink's events tell it.
//
// Lines for network.py: `BENCH-NETWORK tool=… round=… ready=… ended=…` in milliseconds from exec;
// ended=0: the program was not waited for. `BENCH-DONE` before the power-off.
//
// The floor is this program itself: address and flag by two ioctls, then waiting. Nothing
// can be faster than the link.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "core/base/ip_address.h"
#include "platform/linux/net/rtnetlink/link_message.h"
#include "platform/linux/netlink/message_reader.h"
#include "platform/linux/netlink/socket.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/modules.h"

namespace isboot::bench {
namespace {

using linux_platform::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr const char* kLink = "eth0";
// As the table has it (tests/vm/harness/ibft_table.py).
constexpr const char* kAddress = "10.0.2.15";
constexpr const char* kNetmask = "255.255.255.0";
constexpr int kRounds = 7;
constexpr Millis kLimit = 60'000;
// The kernel tells of changes of carrier at most once a second, save for those for which a link
// has to get its queue (net/core/link_watch.c, linkwatch_urgent_event()): the link's going down
// must not delay the news of its coming up.
constexpr auto kRest = std::chrono::milliseconds{1500};

struct Tool {
  const char* name;
  std::vector<const char*> command;  // empty: this program
  bool ends;                         // isboot goes on to log in: nobody waits for that
};

const std::array<Tool, 4> kTools = {
    Tool{"floor", {}, true},
    Tool{"isboot", {"/bin/isboot", "boot", nullptr}, false},
    Tool{"ipconfig",
         {"/bin/ipconfig", "-t", "30", "-d", "10.0.2.15::10.0.2.2:255.255.255.0::eth0:none",
          nullptr},
         true},
    Tool{"dracut", {"/sbin/ifup", "eth0", "-m", nullptr}, true},
};

[[noreturn]] void power_off() {
  std::fflush(stdout);
  reboot(RB_POWER_OFF);
  std::abort();
}

[[noreturn]] void give_up(const std::string& why) {
  const auto said = linux_platform::read_file("/run/said", 1U << 16);
  std::printf("%s\nBENCH-FAILED %s\n", said ? said->c_str() : "", why.c_str());
  power_off();
}

void set_up() {
  mount("proc", "/proc", "proc", 0, "");
  mount("sysfs", "/sys", "sysfs", 0, "");
  mount("devtmpfs", "/dev", "devtmpfs", 0, "");
  mount("tmpfs", "/run", "tmpfs", 0, "");
  auto modules = linux_platform::Modules::of_running_kernel();
  for (const char* name : {"crc32c", "iscsi_tcp", "iscsi_ibft", "sd_mod"})
    if (!modules.load(name)) give_up(std::string{"cannot load "} + name);
  modules.load_for_devices();
}

// One ioctl of the link's.
bool link_ioctl(unsigned long what, ifreq& request) {
  const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", kLink);
  return ioctl(socket.get(), what, &request) == 0;
}

void set_address(unsigned long what, const char* address) {
  ifreq request{};
  sockaddr_in value{};
  value.sin_family = AF_INET;
  inet_pton(AF_INET, address, &value.sin_addr);
  std::memcpy(&request.ifr_addr, &value, sizeof value);
  if (!link_ioctl(what, request)) give_up("cannot set an address");
}

void set_flags(short flags) {
  ifreq request{};
  request.ifr_flags = flags;
  if (!link_ioctl(SIOCSIFFLAGS, request)) give_up("cannot change the link");
}

void set_link_up() {
  set_address(SIOCSIFADDR, kAddress);
  set_address(SIOCSIFNETMASK, kNetmask);
  set_flags(IFF_UP);
}

void set_link_down() {
  set_flags(IFF_UP);
  set_address(SIOCSIFADDR, "0.0.0.0");  // removes what was there
  set_flags(0);
}

// Asked of the kernel and not taken from an event: it takes no lock that a program may hold.
bool is_up() {
  static const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", kLink);
  if (ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return false;
  const unsigned wanted = IFF_UP | IFF_RUNNING;
  return (static_cast<unsigned>(request.ifr_flags) & wanted) == wanted;
}

// Sees changes of links and of addresses.
netlink::Socket events() {
  auto socket = netlink::Socket::open({NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_IPV4_IFADDR});
  if (!socket) give_up("no rtnetlink");
  return std::move(*socket);
}

// Whether the events of one datagram say that a link has got the address.
bool give_address(Bytes datagram) {
  netlink::MessageReader messages{datagram};
  for (;;) {
    const auto message = messages.next();
    if (!message || !*message) return false;
    if ((*message)->type != RTM_NEWADDR) continue;
    const auto given = linux_platform::decode_address((*message)->payload);
    if (given && given->address == *parse_ip(kAddress)) return true;
  }
}

void wait_until_ready(netlink::Socket& socket) {
  static std::array<std::uint8_t, 8192> buffer;
  linux_platform::LinuxClock clock;
  const Millis limit = clock.now() + kLimit;
  for (bool has_address = false; !has_address || !is_up();) {
    const auto datagram = socket.receive(buffer, clock, limit);
    if (!datagram) give_up("never ready");
    has_address = has_address || give_address(*datagram);
  }
}

// What a program is started with; `began` is when it was executed.
pid_t start(const Tool& tool, volatile Clock::rep& began) {
  char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  char* const environment[] = {path, nullptr};
  const UniqueFd said{open("/run/said", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
  // Until it executes the program the child has this memory, and this process waits: `began`
  // is ours, and nothing of ours has to be copied or cleared within the time that is taken.
  const pid_t child = vfork();
  if (child < 0) give_up(std::string{"cannot start "} + tool.command[0]);
  if (child > 0) return child;
  dup2(said.get(), STDOUT_FILENO);
  dup2(said.get(), STDERR_FILENO);
  began = Clock::now().time_since_epoch().count();
  execve(tool.command[0], const_cast<char* const*>(tool.command.data()), environment);
  _exit(127);
}

void end_processes() {
  kill(-1, SIGKILL);
  while (waitpid(-1, nullptr, 0) > 0) {
  }
}

double since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>{Clock::now() - begin}.count();
}

void measure(const Tool& tool, int round) {
  set_link_down();
  std::filesystem::remove_all("/tmp");  // where dracut notes what it has done
  std::filesystem::create_directory("/tmp");
  std::this_thread::sleep_for(kRest);
  netlink::Socket socket = events();
  volatile Clock::rep began = Clock::now().time_since_epoch().count();
  pid_t child = 0;
  if (tool.command.empty())
    set_link_up();
  else
    child = start(tool, began);
  wait_until_ready(socket);
  const Clock::time_point begin{Clock::duration{began}};
  const double ready = since(begin);
  if (child != 0 && tool.ends) waitpid(child, nullptr, 0);
  std::printf("BENCH-NETWORK tool=%s round=%d ready=%.1f ended=%.1f\n", tool.name, round, ready,
              tool.ends ? since(begin) : 0.0);
  end_processes();
}

int run() {
  set_up();
  for (int round = 0; round < kRounds; ++round)
    for (const Tool& tool : kTools) measure(tool, round);
  std::printf("BENCH-DONE\n");
  power_off();
}

}  // namespace
}  // namespace isboot::bench

int main() { return isboot::bench::run(); }
