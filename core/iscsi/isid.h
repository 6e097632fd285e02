#pragma once

#include <array>

#include "core/base/bytes.h"

namespace isboot::iscsi {

// Initiator session id, six bytes as they stand in the login header (RFC 7143
// section 11.12.5). Stable for the life of a session: a login with the same ISID
// and TSIH 0 reinstates it (section 6.3.5).
struct Isid {
  std::array<std::uint8_t, 6> bytes{};
  friend bool operator==(const Isid&, const Isid&) = default;
};

}  // namespace isboot::iscsi
