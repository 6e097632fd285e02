// The keeper begins as a program of its own, whoever starts it.
#pragma once

namespace isboot::linux_platform {

// Closes every descriptor from `first` on: what a shell, a package manager or a login left open is
// none of the keeper's, which would hold it for as long as the machine runs.
void close_from(int first);

// Where the package has the program of an initramfs. It is a fifth of the whole one, and what the
// keeper runs is locked in memory.
inline constexpr const char* kSmallProgram = ISBOOT_SMALL_PROGRAM;

// Replaces this process by the program at `small`, or if there is none by the one that it runs,
// with these arguments, from memory if the file is on a disk: a keeper that runs a file which an
// upgrade has deleted would keep the file system from ever being read-only. Each is read for three
// seconds at most, since the disk may be away; then this program is run from where it is. Returns
// when the kernel refuses; errno says why.
void start_anew(const char* const arguments[], const char* small = kSmallProgram);

}  // namespace isboot::linux_platform
