#pragma once

#include <array>

#include "core/base/bytes.h"
#include "core/ports/entropy.h"

namespace isboot::iscsi {

// Initiator session id, six bytes as they stand in the login header (RFC 7143
// section 11.12.5). Stable for the life of a session: a login with the same ISID
// and TSIH 0 reinstates it (section 6.3.5).
struct Isid {
  std::array<std::uint8_t, 6> bytes{};
  friend bool operator==(const Isid&, const Isid&) = default;
};

// A new ISID of the random type (T is 10b): 24 random bits, and `qualifier`, which
// tells apart the sessions of one machine (paths, say). The entropy's error.
Result<Isid> random_isid(Entropy& entropy, std::uint16_t qualifier);

}  // namespace isboot::iscsi
