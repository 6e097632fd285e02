// Where a descriptor leads, seen from somebody who also writes to the kernel's log.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/text.h"

namespace isboot::linux_platform {

enum class Reader : std::uint8_t {
  Other,      // a file, a pipe, a terminal of somebody: does not show the kernel's log
  Console,    // a terminal that is one of the kernel's consoles: shows what `quiet` lets through
  KernelLog,  // the journal, /dev/kmsg, /dev/console: shows or holds the kernel's log anyway
};

// What `fd` leads to. `consoles`: the kernel's, as /sys/class/tty/console/active names them.
// `journal`: the value of JOURNAL_STREAM, "DEVICE:INODE" of what systemd reads (systemd.exec(5)).
Reader reader_of(int fd, Text consoles, Text journal);
// The same, by what this machine says.
Reader reader_of(int fd);

// What the kernel's consoles show: numbers below this (syslog(2)). 0 when it is not known.
int console_level(const std::string& printk = "/proc/sys/kernel/printk");

}  // namespace isboot::linux_platform
