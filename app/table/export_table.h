// The table that leads a next kernel to the sessions of this one.
#pragma once

#include <vector>

#include "core/ibft/encode.h"
#include "platform/linux/keeper/session_record.h"

namespace isboot::app {

// In iPXE's layout, into `output`; one pair a session whose NIC isboot set up, the others are
// left out. CHAP secrets go into it. Errc::NotFound: there is no such session.
Result<MutableBytes> table_of_sessions(std::span<const linux_platform::SessionRecord> sessions,
                                       MutableBytes output);

// A cpio archive with one file in its root, in the form that kernels take in front of
// another archive ("newc", driver-api/early-userspace/buffer-format of the kernel's documents).
// Only root may read the file.
std::vector<std::uint8_t> initramfs_with(const char* name, Bytes content);

}  // namespace isboot::app
