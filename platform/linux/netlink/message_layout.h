// What reader and writer of messages both know of their layout (linux/netlink.h).
#pragma once

#include <bit>
#include <cstddef>

namespace isboot::netlink {

inline constexpr std::size_t kAttributeHeader = 4;  // length u16, type u16

// Netlink is in the host's byte order, decided once: the compiler drops the other branch.
inline constexpr bool kLittleEndian = std::endian::native == std::endian::little;

}  // namespace isboot::netlink
