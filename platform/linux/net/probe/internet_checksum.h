#pragma once

#include "core/base/bytes.h"

namespace isboot::linux_platform {

// RFC 1071: the ones' complement of the ones' complement sum of all 16-bit words, a last odd byte
// filled up with zeros. `sum`: of words that count too and are not in `bytes`.
inline std::uint16_t internet_checksum(Bytes bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(bytes[i]) << 8 : bytes[i];
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace isboot::linux_platform
