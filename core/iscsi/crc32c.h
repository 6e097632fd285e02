// The digest of headers and data (RFC 7143 section 13.1): CRC32C, Castagnoli's
// polynomial. On the wire it is in little-endian order.
#pragma once

#include "core/base/bytes.h"

namespace isboot::iscsi {

class Crc32c {
public:
  void add(Bytes data);
  std::uint32_t value() const { return ~state_; }

private:
  std::uint32_t state_ = 0xffffffff;
};

}  // namespace isboot::iscsi
