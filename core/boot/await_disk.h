// From a login to the disk: how long a LUN is looked for that is not there yet.
#pragma once

#include "core/boot/establish.h"

namespace isboot::boot {

// The disk of the path's LUN, whenever it appears before `give_up`. Blocks. Each look in vain is
// followed by a new login, told of in a line; a login that fails has told of it, and
// `made.logged_in` is false then.
Result<DiskName> await_disk(const Path& path, const Parameters& parameters, Millis give_up,
                            Ports& ports, BootSession& made);

}  // namespace isboot::boot
