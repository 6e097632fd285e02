// PID 1 of an initramfs that holds isboot and kernel modules.
#pragma once

#include "core/base/text.h"

namespace isboot::app {

// The kernel runs an initramfs's /init with words of its command line as arguments: they are not
// ours to judge.
bool is_init(Text program);

// `arguments` are argv: what the kernel did not understand of its command line, meant for the
// system's init. Returns an ExitStatus when it is not PID 1, and else not.
int init(char** arguments);

}  // namespace isboot::app
