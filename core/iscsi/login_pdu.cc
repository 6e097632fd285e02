#include "core/iscsi/login_pdu.h"

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot::iscsi {
namespace {

constexpr std::uint8_t kTransitBit = 0x80;
constexpr std::uint8_t kContinueBit = 0x40;
constexpr std::uint8_t kUndefinedStage = 2;

Result<Done> judge_opcode(std::uint8_t byte) {
  switch (static_cast<Opcode>(byte & kOpcodeMask)) {
    case Opcode::LoginResponse:
      return Done{};
    case Opcode::Reject:
      return Error{PduErrc::Rejected, 0, "target rejected the login request"};
    default:
      return Error{PduErrc::UnexpectedOpcode, 0, "not a login response"};
  }
}

// RFC 7143 sections 11.13.6 (T bit), 11.13.7 (C bit) and 11.12.3 (stages).
Result<Done> read_stages(std::uint8_t flags, LoginResponse& response) {
  const std::uint8_t current = (flags >> 2) & 3;
  const std::uint8_t next = flags & 3;
  response.transit = (flags & kTransitBit) != 0;
  response.continues = (flags & kContinueBit) != 0;
  if (response.transit && response.continues)
    return Error{PduErrc::ContinueAndTransit, 1, "target set both the T and the C bit"};
  if (current == kUndefinedStage) return Error{PduErrc::BadStage, 1, "CSG is 2"};
  response.stage = static_cast<Stage>(current);
  response.next_stage = response.stage;
  if (!response.transit) return Done{};  // NSG is then reserved
  if (next == kUndefinedStage) return Error{PduErrc::BadStage, 1, "NSG is 2"};
  if (next <= current) return Error{PduErrc::BadStage, 1, "NSG is not after CSG"};
  response.next_stage = static_cast<Stage>(next);
  return Done{};
}

}  // namespace

Result<Done> encode(const LoginRequest& request, MutableBytes out) {
  std::uint8_t flags = static_cast<std::uint8_t>(static_cast<unsigned>(request.stage) << 2);
  if (request.transit) flags |= kTransitBit | static_cast<std::uint8_t>(request.next_stage);
  if (request.continues) flags |= kContinueBit;
  Writer to{out};
  to.u8(static_cast<std::uint8_t>(Opcode::LoginRequest) | kImmediate).u8(flags);
  to.zeros(2);                            // Version-max, Version-min
  to.u8(0).be24(request.segment_length);  // TotalAHSLength, DataSegmentLength
  to.bytes(request.isid.bytes).be16(request.tsih).be32(request.task_tag);
  to.be16(request.connection_id).zeros(2).be32(request.cmd_sn).be32(request.exp_stat_sn);
  to.zeros(kHeaderSize - to.offset());
  ISBOOT_TRY(to.finish());
  return Done{};
}

Result<LoginResponse> decode_login_response(Bytes header) {
  LoginResponse response;
  Reader in{header};
  ISBOOT_TRY(judge_opcode(ISBOOT_TRY(in.u8())));
  const std::uint8_t flags = ISBOOT_TRY(in.u8());
  ISBOOT_TRY(in.skip(1));  // Version-max
  const std::uint8_t version = ISBOOT_TRY(in.u8());
  if (ISBOOT_TRY(in.u8()) != 0) return Error{PduErrc::HasAhs, 4, "login response with AHS"};
  response.segment_length = ISBOOT_TRY(in.be24());
  ISBOOT_TRY(in.skip(6));  // ISID: ours again
  response.tsih = ISBOOT_TRY(in.be16());
  response.task_tag = ISBOOT_TRY(in.be32());
  ISBOOT_TRY(in.skip(4));
  response.stat_sn = ISBOOT_TRY(in.be32());
  response.exp_cmd_sn = ISBOOT_TRY(in.be32());
  response.max_cmd_sn = ISBOOT_TRY(in.be32());
  response.status_class = ISBOOT_TRY(in.u8());
  response.status_detail = ISBOOT_TRY(in.u8());
  if (response.segment_length > kLoginSegment)
    return Error{PduErrc::SegmentTooLong, 5, "login response is longer than 8192 bytes"};
  if (response.status_class != 0) return response;
  if (version != 0) return Error{PduErrc::BadVersion, 3, "target speaks another iSCSI version"};
  ISBOOT_TRY(read_stages(flags, response));
  return response;
}

}  // namespace isboot::iscsi
