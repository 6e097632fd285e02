// From the kernel's root= to a mounted file system, and into it.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/text.h"
#include "core/ports/clock.h"
#include "core/ports/log.h"
#include "platform/linux/system/modules.h"

namespace isboot::linux_platform {

// What the kernel command line says of the root file system (kernel-parameters.txt).
struct RootOptions {
  std::string root;       // /dev/NAME, NAME, MAJOR:MINOR, UUID=, LABEL=, PARTUUID=, PARTLABEL=
  std::string types;      // rootfstype, separated by commas; empty: what libblkid finds
  std::string flags;      // rootflags
  bool read_only = true;  // ro, unless rw stands behind it
  std::string init;       // empty: /sbin/init and the usual others
  // How long the device is waited for whatever else is set: rootdelay=, rootwait=SECONDS; rootwait
  // alone is for ever.
  Millis at_least = 0;

  static RootOptions from_command_line(Text command_line);
  bool writable() const;  // by rw and ro, and by these among rootflags
};

inline constexpr Millis kForEverRoot = 1'000ULL * 3'600 * 24 * 365 * 100;

// How long a root device is waited for, and after how long it is said for the first time that it is
// not there yet.
struct RootWait {
  Millis deadline = 0;
  Millis first_word = 5'000;
};

// The device node of `root`, waited for until the deadline. `booted` is the disk that was just
// booted from ("/dev/sda"; empty: none): of several devices with the same UUID or label it has the
// one that is meant, and `log` tells of the others. Errc::BadValue: no form that is known.
// Errc::TimedOut: no such device.
Result<std::string> find_root_device(const std::string& root, const std::string& booted,
                                     Clock& clock, const RootWait& wait, Log& log);

// Mounts `device` at `where` (made if needed), read-only, with the file system's module loaded. The
// type that it was mounted as.
Result<std::string> mount_root(const std::string& device, const RootOptions& options,
                               const std::string& where, Modules& modules);

// Makes the root file system writable, in its place as "/".
Result<Done> make_root_writable(const RootOptions& options);

// Makes `root` the root directory, with /proc, /sys, /dev and /run moved along, and
// frees the memory of the initramfs. What still runs from it goes on.
Result<Done> move_into(const std::string& root);

// Becomes the system's init; `arguments` are the ones that the kernel gave to us.
// Returns only when no init can be run.
Error run_init(const std::string& init, char** arguments);

}  // namespace isboot::linux_platform
