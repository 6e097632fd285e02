// PID 1 of the machine in which bench/vm/login.py measures: alternates the programs that
// log in to the iSCSI disk, takes the time from exec to the first block, ends the session.
//
// The floor is measured beside them: a session made and logged in ahead, by isboot's own code in
// this process; the time from the hand-over on is the kernel's.
//
// With bench_profile= on the kernel's command line isboot and the floor alone run, and are then
// recorded, once each (trace.h).
//
// Lines for login.py: `BENCH-RUN tool=… state=… round=… ms=…`, after it what the program
// said, each line with `BENCH-SAID` in front; `BENCH-DONE` before the power-off.
//
// States: cold is a link that is down and has no address, warm one that an earlier run
// brought up. Modules are loaded before the first run. iscsistart's own -N finds no
// virtio NIC, so in a cold run this program sets its link up, in less than a millisecond
// of the time that is taken.
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/vm/floor.h"
#include "bench/vm/trace.h"
#include "platform/linux/initiator/iscsi_netlink.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/modules.h"

namespace isboot::bench {
namespace {

using linux_platform::IscsiNetlink;
using linux_platform::IscsiRequest;
using linux_platform::IscsiStop;
using linux_platform::LinuxClock;
using linux_platform::UniqueFd;
using Instant = std::chrono::steady_clock::time_point;

constexpr const char* kDisk = "/dev/sda";
constexpr const char* kLink = "eth0";
// As the table has it (tests/vm/harness/ibft_table.py).
constexpr const char* kAddress = "10.0.2.15";
constexpr const char* kNetmask = "255.255.255.0";
constexpr const char* kSaid = "/run/said";
constexpr const char* kTimeline = "/run/isboot/timeline";
constexpr int kRounds = 7;
constexpr std::size_t kBlock = 4096;
constexpr auto kPollEvery = std::chrono::milliseconds{1};
constexpr auto kReadLimit = std::chrono::seconds{60};

struct Tool {
  const char* name;
  std::vector<const char*> command;
  bool sets_link_up;
};

const std::array<Tool, 2> kTools = {
    Tool{"isboot", {"/bin/isboot", "boot", nullptr}, true},
    Tool{"iscsistart", {"/sbin/iscsistart", "-b", nullptr}, false},
};

[[noreturn]] void power_off() {
  std::fflush(stdout);
  sync();
  reboot(RB_POWER_OFF);
  std::abort();
}

[[noreturn]] void give_up(const std::string& why) {
  std::printf("BENCH-FAILED %s\n", why.c_str());
  power_off();
}

void set_up() {
  mount("proc", "/proc", "proc", 0, "");
  mount("sysfs", "/sys", "sysfs", 0, "");
  mount("devtmpfs", "/dev", "devtmpfs", 0, "");
  mount("tmpfs", "/run", "tmpfs", 0, "");
  mkdir("/run/lock", 0755);
  std::filesystem::create_directories("/etc/iscsi");  // iscsistart keeps its database there
  auto modules = linux_platform::Modules::of_running_kernel();
  for (const char* name : {"crc32c", "iscsi_tcp", "iscsi_ibft", "sd_mod"})
    if (!modules.load(name)) give_up(std::string{"cannot load "} + name);
  modules.load_for_devices();
}

// The child has this memory until it executes the program: nothing of ours is copied within the
// time that is taken.
pid_t start(const std::vector<const char*>& command) {
  const UniqueFd said{open(kSaid, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
  char* const environment[] = {nullptr};
  const pid_t child = vfork();
  if (child == 0) {
    dup2(said.get(), STDOUT_FILENO);
    dup2(said.get(), STDERR_FILENO);
    execve(command[0], const_cast<char* const*>(command.data()), environment);
    _exit(127);
  }
  if (child < 0) give_up(std::string{"cannot start "} + command[0]);
  return child;
}

bool first_block_is_readable() {
  alignas(kBlock) static std::array<char, kBlock> block;
  const UniqueFd disk{open(kDisk, O_RDONLY | O_DIRECT | O_CLOEXEC)};
  return disk && read(disk.get(), block.data(), block.size()) == ssize_t{kBlock};
}

// One ioctl of the link's: an address (SIOCSIFADDR, SIOCSIFNETMASK) or its flags.
void set_link(unsigned long what, const char* address, short flags) {
  const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", kLink);
  if (address != nullptr) {
    sockaddr_in value{};
    value.sin_family = AF_INET;
    inet_pton(AF_INET, address, &value.sin_addr);
    std::memcpy(&request.ifr_addr, &value, sizeof value);
  } else {
    request.ifr_flags = flags;
  }
  if (ioctl(socket.get(), what, &request) != 0) give_up("cannot change the link");
}

void set_link_up() {
  set_link(SIOCSIFADDR, kAddress, 0);
  set_link(SIOCSIFNETMASK, kNetmask, 0);
  set_link(SIOCSIFFLAGS, nullptr, IFF_UP);
}

void set_link_down() {
  set_link(SIOCSIFFLAGS, nullptr, IFF_UP);
  set_link(SIOCSIFADDR, "0.0.0.0", 0);  // removes what was there
  set_link(SIOCSIFFLAGS, nullptr, 0);
}

std::optional<double> milliseconds_to_readable(Instant begin) {
  bool readable = false;
  while (!(readable = first_block_is_readable()) &&
         std::chrono::steady_clock::now() - begin < kReadLimit)
    std::this_thread::sleep_for(kPollEvery);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  if (!readable) return std::nullopt;
  return taken.count();
}

// Nothing when the block could not be read within kReadLimit.
std::optional<double> milliseconds_to_first_block(const Tool& tool, bool cold) {
  const Instant begin = std::chrono::steady_clock::now();
  if (cold && !tool.sets_link_up) set_link_up();
  const pid_t child = start(tool.command);
  const auto taken = milliseconds_to_readable(begin);
  if (taken) waitpid(child, nullptr, 0);
  return taken;
}

// Whatever a program left behind may hold the session: PID 1 ends it all.
void end_processes() {
  kill(-1, SIGKILL);
  while (waitpid(-1, nullptr, 0) > 0) {
  }
}

void end_session(std::uint32_t session) {
  LinuxClock clock;
  auto netlink = IscsiNetlink::open(clock, {}, 0);
  if (!netlink) give_up("no NETLINK_ISCSI");
  (void)netlink->call(IscsiRequest::UnbindSession, {session, 0, 0, 0, 0, 0});
  const Instant limit = std::chrono::steady_clock::now() + kReadLimit;
  while (access(kDisk, F_OK) == 0 && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(kPollEvery);
  const auto terminate = static_cast<std::uint32_t>(IscsiStop::Terminate);
  (void)netlink->call(IscsiRequest::StopConnection, {session, 0, 0, 0, terminate, 0});
  (void)netlink->call(IscsiRequest::DestroyConnection, {session, 0, 0, 0, 0, 0});
  if (!netlink->call(IscsiRequest::DestroySession, {session, 0, 0, 0, 0, 0}))
    give_up("session " + std::to_string(session) + " does not end");
}

void end_sessions() {
  std::vector<std::uint32_t> sessions;
  for (const auto& entry : std::filesystem::directory_iterator{"/sys/class/iscsi_session"}) {
    const std::string name = entry.path().filename();  // "session7"
    sessions.push_back(
        static_cast<std::uint32_t>(std::stoul(name.substr(name.find_first_of("0123456789")))));
  }
  for (const std::uint32_t session : sessions) end_session(session);
}

void show(const char* file, const char* before) {
  const auto text = linux_platform::read_file(file, 1U << 16);
  if (!text) return;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    std::printf("%s %s\n", before, text->substr(at, end - at).c_str());
    at = end + 1;
  }
}

void measure(const Tool& tool, bool cold, int round) {
  if (cold) set_link_down();
  unlink(kSaid);
  const auto taken = milliseconds_to_first_block(tool, cold);
  if (taken) {
    std::printf("BENCH-RUN tool=%s state=%s round=%d ms=%.1f\n", tool.name, cold ? "cold" : "warm",
                round, *taken);
  }
  show(kSaid, "BENCH-SAID");
  if (!taken) give_up(std::string{tool.name} + ": no block within the limit");
  end_processes();
  end_sessions();
}

Instant attach_floor() {
  const char* url = std::getenv("bench_url");  // the kernel's command line has it
  if (url == nullptr) give_up("no bench_url=");
  const auto began = attach_at_the_floor(url);
  if (!began) give_up("floor: no session");
  return *began;
}

void measure_floor(int round) {
  const auto taken = milliseconds_to_readable(attach_floor());
  if (!taken) give_up("floor: no block within the limit");
  std::printf("BENCH-RUN tool=floor state=warm round=%d ms=%.1f\n", round, *taken);
  end_sessions();
}

double seconds(Instant at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

// What began at `began` has the block now; prints the record of it. `child`: waited for first.
void print_profile(const char* name, Instant began, pid_t child) {
  if (!milliseconds_to_readable(began)) give_up(std::string{name} + ": no block within the limit");
  const double readable = seconds(std::chrono::steady_clock::now());
  if (child != 0) waitpid(child, nullptr, 0);
  const double ended = seconds(std::chrono::steady_clock::now());
  print_trace(std::string{name} + " began=" + std::to_string(seconds(began)) +
              " readable=" + std::to_string(readable) + " ended=" + std::to_string(ended));
}

void profile() {
  unlink(kTimeline);
  if (!start_trace()) give_up("the kernel records nothing");
  const Instant begin = std::chrono::steady_clock::now();
  print_profile("isboot", begin, start(kTools[0].command));
  show(kTimeline, "BENCH-STEP");
  end_processes();
  end_sessions();
  (void)start_trace();
  print_profile("floor", attach_floor(), 0);
  end_sessions();
}

int run() {
  set_up();
  const bool profiled = std::getenv("bench_profile") != nullptr;
  // Cold first: in the very first round it is what a boot sees, and the link is up after it.
  for (int round = 0; round < kRounds; ++round) {
    for (const bool cold : {true, false})
      for (const Tool& tool : kTools)
        if (!profiled || &tool == &kTools[0]) measure(tool, cold, round);
    measure_floor(round);
  }
  if (profiled) profile();
  std::printf("BENCH-DONE\n");
  power_off();
}

}  // namespace
}  // namespace isboot::bench

int main() { return isboot::bench::run(); }
