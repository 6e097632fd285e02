// What a target says unasked, in PDUs that the kernel leaves to us.
#pragma once

#include "core/base/bytes.h"

namespace isboot::linux_platform {

struct TargetNotice {
  enum class Kind : std::uint8_t {
    Nothing,   // that a keeper would care about
    Goodbye,   // the connection ends soon: log in again now
    Rejected,  // it did not understand a PDU of the kernel's
  };
  Kind kind = Kind::Nothing;
  const char* words = "";  // static
};

// Asynchronous Messages and Rejects: RFC 7143 sections 11.9 and 11.17.
TargetNotice read_target_notice(Bytes pdu);

}  // namespace isboot::linux_platform
