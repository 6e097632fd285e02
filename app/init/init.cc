#include "app/init/init.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "app/boot/boot_sequence.h"
#include "app/boot/parameter_sources.h"
#include "app/exit_status.h"
#include "app/failure.h"
#include "app/init/new_root.h"
#include "app/init/nic_names.h"
#include "app/tableless/lease.h"
#include "app/timeline/record.h"
#include "core/boot/parameters.h"
#include "platform/linux/system/nic_name.h"
#include "platform/linux/system/root_file_system.h"

namespace isboot::app {
namespace {

using linux_platform::Modules;
using linux_platform::RootOptions;

constexpr const char* kNewRoot = "/root";
constexpr Millis kRootAtLeast = 5'000;  // for the root device, where isboot.timeout is over

void mount_kernel_file_systems() {
  struct {
    const char* type;
    const char* where;
    unsigned long flags;
    const char* data;
  } constexpr kMounts[] = {
      {"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
      {"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
      {"devtmpfs", "/dev", MS_NOSUID, "mode=0755"},
      {"tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755"},
  };
  for (const auto& item : kMounts) {
    mkdir(item.where, 0755);
    // Mounted already (EBUSY) is fine; what is really missing shows in the next step.
    (void)mount(item.type, item.where, item.type, item.flags, item.data);
  }
}

// The kernel opens /dev/console for us only if the initramfs has that node.
void open_console() {
  if (fcntl(STDIN_FILENO, F_GETFD) >= 0 && fcntl(STDERR_FILENO, F_GETFD) >= 0) return;
  const int console = open("/dev/console", O_RDWR);
  if (console < 0) return;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(console, fd);
  if (console > STDERR_FILENO) close(console);
}

// Without this the kernel drops lines of ours when there are more than ten in five seconds.
void allow_all_log_lines() {
  (void)linux_platform::write_file("/proc/sys/kernel/printk_devkmsg", "on\n");
}

// What a session needs comes with the boot (needed_modules.h), when there is one.
void load_modules(Modules& modules) {
  modules.load_for_devices();
  // A BIOS leaves the table in low memory; this module shows it where /dev/mem is closed.
  if (access("/sys/firmware/efi", F_OK) != 0) (void)modules.load("iscsi_ibft");
}

// Returns only when it failed, with everything said that can be.
void start_system(Machine& machine, const RootOptions& root, const std::string& booted,
                  Millis give_up, Modules& modules, char** arguments, Text command_line) {
  const auto fail = [&machine](const std::string& what, const Error& error, const char* next) {
    machine.log.write(LogLevel::Error, what + ": " + in_words(error) + "; next: " + next);
  };
  const std::uint64_t begin = monotonic_microseconds();
  const Millis deadline =
      std::max(give_up, machine.clock.now() + std::max(kRootAtLeast, root.at_least));
  const auto device = linux_platform::find_root_device(root.root, booted, machine.clock,
                                                       {.deadline = deadline}, machine.log);
  if (!device) return fail("root=" + root.root, device.error(), "check root= against the disk");
  const auto mounted = linux_platform::mount_root(*device, root, kNewRoot, modules);
  if (!mounted)
    return fail(*device, mounted.error(),
                errno_of(mounted.error().code) == EROFS
                    ? "let the target write, or add what mounts it without replaying its journal: "
                      "rootflags=noload (ext4), norecovery (xfs)"
                    : "check rootfstype= and rootflags=, and that the "
                      "initramfs has the file system's module");
  TimelineRecorder::open(kTimelinePath).add(begin, monotonic_microseconds(), 0, Step::MountRoot);
  machine.log.write(LogLevel::Info, "root is " + *device + (root.writable() ? ", rw" : ", ro"));
  const auto moved = linux_platform::move_into(kNewRoot);
  if (!moved) return fail(*device, moved.error(), "this is a fault of isboot: please report it");
  if (root.writable()) make_writable(machine, {*device, *mounted}, root, command_line);
  if (wants_prompt(command_line)) prompt(machine);
  fail("init=" + root.init, linux_platform::run_init(root.init, arguments),
       "check init= against the root file system");
}

[[noreturn]] void end_failed(Machine& machine, Text command_line) {
  restart_as_panic_asks(machine, command_line);
  if (access("/bin/sh", X_OK) == 0) {
    machine.log.write(LogLevel::Error, "not booted; a shell follows, its end restarts nothing");
    execl("/bin/sh", "sh", static_cast<char*>(nullptr));
  }
  machine.log.write(LogLevel::Error,
                    "not booted, and no /bin/sh here; nothing more happens: restart the machine");
  for (;;) pause();
}

}  // namespace

int init(char** arguments) {
  if (getpid() != 1) {
    std::fprintf(stderr, "isboot: as \"init\" it must be PID 1; next: use `isboot boot`\n");
    return kUsage;
  }
  mount_kernel_file_systems();
  open_console();
  allow_all_log_lines();
  Machine machine;
  const std::string command_line = kernel_command_line();
  const boot::Parameters parameters = read_parameters(command_line, {}, machine.log);
  machine.log.set_verbose(parameters.verbose);
  if (boot::command_line_value(command_line, "resume"))
    machine.log.write(LogLevel::Info,
                      "resume= is left alone: only the distribution's initramfs wakes a machine "
                      "from its disk");
  const Millis give_up = machine.clock.now() + parameters.timeout * Millis{1000};
  Modules modules = Modules::of_running_kernel();
  load_modules(modules);
  name_nics(machine.log, linux_platform::rename_nic);
  tell_of_no_client(machine.clock, machine.log, parameters);
  const BootResult result = boot_from_table(machine, parameters, give_up);
  // Without a table root= may still be a disk of this machine.
  if (result.status != kFailed)
    start_system(machine, RootOptions::from_command_line(command_line), result.disk,
                 std::max(give_up, result.give_up), modules, arguments, command_line);
  end_failed(machine, command_line);
}

bool is_init(Text program) {
  const std::size_t slash = program.rfind('/');
  return part_of(program, slash == Text::npos ? 0 : slash + 1) == "init";
}

}  // namespace isboot::app
