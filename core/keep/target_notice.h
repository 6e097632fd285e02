// What a target says unasked, in PDUs that the kernel leaves to us.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace isboot::keep {

struct TargetNotice {
  enum class Kind : std::uint8_t {
    Nothing,    // that a keeper would care about
    LogOut,     // it wants us to log out, and to come back
    Goodbye,    // the connection ends now
    LoggedOut,  // the answer to a logout
    Rejected,   // it did not understand a PDU of the kernel's
  };
  Kind kind = Kind::Nothing;
  const char* words = "";       // static
  std::uint16_t time2wait = 0;  // of Goodbye and LoggedOut: seconds before the next login
};

// Asynchronous Messages, Logout Responses and Rejects: RFC 7143 sections 11.9, 11.15, 11.17.
TargetNotice read_target_notice(Bytes pdu);

}  // namespace isboot::keep
