// Makes this process one that goes on when nothing on the disk can be read.
#pragma once

#include "core/base/result.h"
#include "core/ports/log.h"

namespace isboot::linux_platform {

// All of it locked in memory, a stack ahead, last to be killed when memory is short,
// allowed to allocate in the kernel without waiting for the disk (PR_SET_IO_FLUSHER), no
// core dumps, no tracing, no capability and no system call but those of the keeper's work.
// What cannot be had is a warning; only the lock is an Error.
Result<Done> become_independent(Log& log);

// argv[0] of a keeper. systemd's last killing spree leaves a process of root alone whose
// name begins with '@' (systemd: docs/ROOT_STORAGE_DAEMONS.md).
inline constexpr const char* kKeeperName = "@isboot";

}  // namespace isboot::linux_platform
