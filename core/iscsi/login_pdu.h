// Login Request and Login Response headers (RFC 7143 sections 11.12 and 11.13).
// All integers are big-endian on the wire and in host order here.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/iscsi/isid.h"
#include "core/iscsi/limits.h"

namespace isboot::iscsi {

enum class Opcode : std::uint8_t {
  NopOut = 0x00,
  ScsiCommand = 0x01,
  LoginRequest = 0x03,
  TextRequest = 0x04,
  LogoutRequest = 0x06,
  NopIn = 0x20,
  ScsiResponse = 0x21,
  LoginResponse = 0x23,
  TextResponse = 0x24,
  DataIn = 0x25,
  LogoutResponse = 0x26,
  AsyncMessage = 0x32,
  Reject = 0x3f,
};
inline constexpr std::uint8_t kOpcodeMask = 0x3f;
inline constexpr std::uint8_t kImmediate = 0x40;

// RFC 7143 section 11.12.3. Value 2 is not defined.
enum class Stage : std::uint8_t { Security = 0, Operational = 1, FullFeature = 3 };

enum class PduErrc : std::uint16_t {
  UnexpectedOpcode = 101,  // neither a Login Response nor a Reject
  Rejected,                // the target sent a Reject PDU
  HasAhs,                  // additional header segments have no place in a login
  SegmentTooLong,          // more than kLoginSegment
  BadVersion,              // Version-active is not 0
  BadStage,                // CSG or NSG is 2, or NSG is not after CSG
  ContinueAndTransit,      // C and T are both set
};

struct LoginRequest {
  bool transit = false;    // T: ready for next_stage
  bool continues = false;  // C: the text goes on in the next request
  Stage stage = Stage::Security;
  Stage next_stage = Stage::Operational;  // sent only with transit
  Isid isid;
  std::uint16_t tsih = 0;
  std::uint32_t task_tag = 0;
  std::uint16_t connection_id = 0;
  std::uint32_t cmd_sn = 0;
  std::uint32_t exp_stat_sn = 0;
  std::uint32_t segment_length = 0;  // bytes of text, without padding
};

struct LoginResponse {
  bool transit = false;
  bool continues = false;
  Stage stage = Stage::Security;
  Stage next_stage = Stage::Security;  // equals stage without transit
  std::uint16_t tsih = 0;
  std::uint32_t task_tag = 0;
  std::uint32_t stat_sn = 0;     // valid only with status class 0, as the next two
  std::uint32_t exp_cmd_sn = 0;  // section 11.13: StatSN, ExpCmdSN, MaxCmdSN
  std::uint32_t max_cmd_sn = 0;
  std::uint8_t status_class = 0;
  std::uint8_t status_detail = 0;
  std::uint32_t segment_length = 0;  // bytes of text, without padding
};

// Data segments are padded with zeros to a multiple of four (section 11.1).
constexpr std::size_t padded(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

// `out` has room for kHeaderSize bytes.
Result<Done> encode(const LoginRequest& request, MutableBytes out);

// Judges the header alone; what depends on the login so far is the Login's to
// judge. Stage and transit are not judged when the status is not success: nothing
// of them matters then, and targets leave anything there. The error's offset is the
// header's byte.
Result<LoginResponse> decode_login_response(Bytes header);

}  // namespace isboot::iscsi

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<iscsi::PduErrc> = 4;  // values from 101 on
}  // namespace isboot
