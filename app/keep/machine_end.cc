#include "app/keep/machine_end.h"

#include <linux/reboot.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "app/keeper/flush_disks.h"
#include "platform/linux/system/clock.h"

namespace isboot::app {
namespace {

// False: not over within `limit` seconds. The child may then wait for its disk for ever.
template <class Work>
bool in_child(std::uint32_t limit, Work work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  linux_platform::LinuxClock clock;
  const Millis deadline = clock.now() + limit * Millis{1000};
  while (child > 0 && waitpid(child, nullptr, WNOHANG) == 0) {
    if (clock.now() >= deadline) return false;
    clock.sleep_until(clock.now() + 20);
  }
  return true;
}

}  // namespace

std::optional<MachineEnd> machine_end(Text name) {
  struct {
    Text name;
    MachineEnd end;
  } constexpr kEnds[] = {{"", MachineEnd::Stay},
                         {"poweroff", MachineEnd::PowerOff},
                         {"reboot", MachineEnd::Reboot},
                         {"halt", MachineEnd::Halt},
                         {"kexec", MachineEnd::Kexec}};
  for (const auto& each : kEnds)
    if (each.name == name) return each.end;
  return std::nullopt;
}

void end_machine(MachineEnd then) {
  switch (then) {
    case MachineEnd::Stay:
      break;
    case MachineEnd::PowerOff:
      reboot(RB_POWER_OFF);
      break;
    case MachineEnd::Reboot:
      reboot(RB_AUTOBOOT);
      break;
    case MachineEnd::Halt:
      reboot(static_cast<int>(RB_HALT_SYSTEM));
      break;
    case MachineEnd::Kexec:
      reboot(RB_KEXEC);
      reboot(RB_AUTOBOOT);  // no kernel was loaded
      break;
  }
}

void write_back(bool machine_ends, std::uint32_t limit) {
  const bool done = in_child(limit, [machine_ends] {
    sync();
    if (!machine_ends) return;
    if (mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
      std::perror("isboot: the root file system stays writable");
    (void)flush_disks();
  });
  if (!done)
    std::fprintf(stderr, "isboot: the disk takes no writes; what was not written is lost\n");
}

bool is_root_writable() { return access("/", W_OK) == 0; }

void make_root_writable(std::uint32_t limit) {
  const bool done = in_child(limit, [] {
    if (mount(nullptr, "/", nullptr, MS_REMOUNT, nullptr) != 0)
      std::perror("isboot: the root file system stays read-only");
  });
  if (!done) std::fprintf(stderr, "isboot: the root file system stays read-only\n");
}

}  // namespace isboot::app
