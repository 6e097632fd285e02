// The few PDUs of the full-feature phase that `isboot check` speaks (RFC 7143
// sections 11.3, 11.4, 11.7, 11.10, 11.11, 11.14, 11.18, 11.19). Integers are
// big-endian on the wire and in host order here.
#pragma once

#include "core/base/lun.h"
#include "core/iscsi/login_pdu.h"

namespace isboot::iscsi {

inline constexpr std::uint32_t kNoTag = 0xffffffff;
inline constexpr std::size_t kMaxCdb = 16;

// What all requests have in common.
struct Sequence {
  std::uint32_t task_tag = 0;
  std::uint32_t cmd_sn = 0;
  std::uint32_t exp_stat_sn = 0;
};

using RequestHeader = std::array<std::uint8_t, kHeaderSize>;

// A command that reads `read_length` bytes, or moves no data when that is 0. The CDB
// has at most kMaxCdb bytes.
RequestHeader encode_scsi_command(const Sequence& sequence, const Lun& lun, Bytes cdb,
                                  std::uint32_t read_length);
// A whole text (F set); `transfer_tag` is kNoTag, or the target's to make it go on.
RequestHeader encode_text_request(const Sequence& sequence, std::uint32_t transfer_tag,
                                  std::uint32_t segment_length);
// The answer to a NOP-In that wants one. Immediate.
RequestHeader encode_nop_out(const Sequence& sequence, const Lun& lun, std::uint32_t transfer_tag);
// Closes the session. Immediate. `check` sends it itself, a kernel that has the session for us.
RequestHeader encode_logout(const Sequence& sequence);

// The fields of a target's PDU, as far as they exist in its kind.
struct TargetPdu {
  std::uint8_t opcode = 0;
  std::uint8_t flags = 0;     // byte 1
  std::uint8_t response = 0;  // byte 2; in a Reject the reason
  std::uint8_t status = 0;    // byte 3
  std::uint32_t segment_length = 0;
  Lun lun;
  std::uint32_t task_tag = 0;
  std::uint32_t transfer_tag = 0;
  std::uint32_t stat_sn = 0;
  std::uint32_t exp_cmd_sn = 0;
  std::uint32_t max_cmd_sn = 0;
  std::uint32_t data_sn = 0;        // Data-In
  std::uint32_t buffer_offset = 0;  // Data-In
  std::uint32_t residual = 0;       // SCSI Response, Data-In

  bool is(Opcode wanted) const { return opcode == static_cast<std::uint8_t>(wanted); }
};

inline constexpr std::uint8_t kFinalBit = 0x80;
inline constexpr std::uint8_t kTextContinueBit = 0x40;
inline constexpr std::uint8_t kUnderflowBit = 0x02;  // SCSI Response, Data-In
inline constexpr std::uint8_t kStatusBit = 0x01;     // Data-In: carries the status

// PduErrc::HasAhs; which opcodes are expected is the caller's to say.
Result<TargetPdu> decode_target_pdu(Bytes header);

}  // namespace isboot::iscsi
