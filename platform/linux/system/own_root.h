#pragma once

#include "core/base/result.h"

namespace isboot::linux_platform {

// Gives this process a mount namespace and a root of its own, in which /proc, /sys, /dev,
// /run and /lib are what they are now. The move from an initramfs to the system's root takes
// them away from every other process that stays behind: it moves the mounts, then removes
// what is in the initramfs, and that unmounts what is mounted there in other namespaces.
// Nothing else of the present root is seen afterwards. Error: the errno.
Result<Done> take_own_root();

}  // namespace isboot::linux_platform
