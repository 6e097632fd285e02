// The status of a Login Response (RFC 7143 section 11.13.5) in words, with what to
// do about it and whether trying again can help. One table, in status.cc.
#pragma once

#include "core/base/text.h"

namespace isboot::iscsi {

// Refusals. The value is the status as it is sent: class in the high byte, detail in
// the low one.
enum class RefusalErrc : std::uint16_t {
  InitiatorError = 0x0200,
  AuthenticationFailed = 0x0201,
  Forbidden = 0x0202,
  NotFound = 0x0203,
  TargetRemoved = 0x0204,
  UnsupportedVersion = 0x0205,
  TooManyConnections = 0x0206,
  MissingParameter = 0x0207,
  CannotIncludeInSession = 0x0208,
  SessionTypeNotSupported = 0x0209,
  SessionDoesNotExist = 0x020a,
  InvalidDuringLogin = 0x020b,
  TargetError = 0x0300,
  ServiceUnavailable = 0x0301,
  OutOfResources = 0x0302,
  UnknownStatus = 0xffff,
};

enum class RetryPolicy : std::uint8_t {
  Never,  // the same login will be refused again
  Soon,   // the cause passes: try again with back-off
};

struct StatusWords {
  std::uint16_t status;  // class << 8 | detail
  RetryPolicy retry;
  Text meaning;    // a literal, with its NUL: "authentication failed"
  Text next_step;  // "check the CHAP name and secret"
};

inline constexpr std::uint8_t kStatusSuccess = 0;
inline constexpr std::uint8_t kStatusRedirect = 1;

// The row of a status. One that the RFC does not define gets the row of its class:
// section 11.13.5 says that the class alone is enough to act on.
const StatusWords& words_of(std::uint8_t status_class, std::uint8_t status_detail);

// "authentication failed (0x0201): check the CHAP name and secret"
InlineText<160> refusal_text(std::uint8_t status_class, std::uint8_t status_detail);

}  // namespace isboot::iscsi

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<iscsi::RefusalErrc> = 3;  // values from 0x200 on
}  // namespace isboot
