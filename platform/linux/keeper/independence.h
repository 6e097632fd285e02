// Makes a process one that goes on when nothing on the disk can be read.
#pragma once

#include "core/base/result.h"
#include "core/ports/log.h"

namespace isboot::linux_platform {

// Before all else: gives back what the C++ library has set aside for exceptions when memory is
// short, 72 KiB of the heap that would be locked. Nothing of the keeper throws.
void give_back_exception_memory();

// For the keeper's guard, and what it hands down to every keeper: in the control group of no unit
// or login session, last to be killed when memory is short, allowed to allocate in the kernel
// without waiting for the disk (PR_SET_IO_FLUSHER), no core dumps, no tracing, no capability but
// those of the keeper's work. The program is locked in memory, and of the rest what has been
// touched. What cannot be had is a warning.
void stand_apart(Log& log);

// Part of it, for the guard's heir, which has inherited the rest, when it becomes the guard: its
// name, and what it locks in memory (a fork inherits no lock).
void become_guard(Log& log);

// For the keeper, after that: all of it locked in memory, a stack ahead, no system call but
// those of its work. Only a lock that cannot be had is an Error.
Result<Done> become_independent(Log& log);

// argv[0] of a keeper. systemd's last killing spree leaves a process of root alone whose
// name begins with '@' (systemd: docs/ROOT_STORAGE_DAEMONS.md).
inline constexpr const char* kKeeperName = "@isboot";
// argv[3] of one that takes over from the keeper that runs, and answers in argv[2] when it has.
inline constexpr const char* kReplaces = "replace";

}  // namespace isboot::linux_platform
