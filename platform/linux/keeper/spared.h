// At the end of a machine sysvinit ends all processes by signals, first SIGTERM, then SIGKILL
// (killall5(8)), but for those whose numbers stand in a file of this folder, as Debian's
// /etc/init.d/sendsigs has it. Without the keeper a target that goes away from then on would not
// be brought back, and root could not be written back and unmounted.
#pragma once

#include <sys/types.h>

#include <span>

namespace isboot::linux_platform {

// Seen from the state folder, where the keeper works: its root may be an initramfs that is empty.
inline constexpr const char* kSparedFolder = "../sendsigs.omit.d";

// Makes the folder: in an initramfs nobody has done that yet. The keeper itself may not.
void make_spared_folder(const char* folder = kSparedFolder);

// From now on these processes of isboot's are spared, and no others of it.
void spare(std::span<const pid_t> processes, const char* folder = kSparedFolder);
// Names `guard` where the first process of the last spare() was `before`, which is gone.
void spare_in_place_of(pid_t before, pid_t guard, const char* folder = kSparedFolder);

// From now on no process of isboot's is spared. Does nothing unless `first` was the first process
// of the last spare(): a keeper that has been replaced must not undo what its successor wrote.
void spare_no_more(pid_t first, const char* folder = kSparedFolder);

// The same for the guard's heir, in a file of its own: another may come at any time, and the
// keeper, which writes the other file, is not told. `first_guard`: the one that all guards of this
// keeper come from; two keepers, one of which takes over from the other, have a file each.
void spare_heir(pid_t first_guard, pid_t heir, const char* folder = kSparedFolder);
void spare_heir_no_more(pid_t first_guard, const char* folder = kSparedFolder);

}  // namespace isboot::linux_platform
