#include "core/iscsi/full_feature_pdu.h"

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot::iscsi {
namespace {

constexpr std::uint8_t kReadBit = 0x40;
constexpr std::uint8_t kSimpleTask = 1;  // section 11.3.1, ATTR

std::uint8_t code(Opcode opcode) { return static_cast<std::uint8_t>(opcode); }

// The parts that are alike: bytes 0 to 7, and 24 to 31 behind what `middle` holds.
RequestHeader encode(std::uint8_t opcode, std::uint8_t flags, std::uint32_t segment_length,
                     const Lun& lun, std::uint32_t word20, const Sequence& sequence) {
  RequestHeader header{};
  Writer to{header};
  to.u8(opcode).u8(flags).zeros(2).u8(0).be24(segment_length).bytes(lun.bytes);
  to.be32(sequence.task_tag).be32(word20).be32(sequence.cmd_sn).be32(sequence.exp_stat_sn);
  return header;
}

}  // namespace

RequestHeader encode_scsi_command(const Sequence& sequence, const Lun& lun, Bytes cdb,
                                  std::uint32_t read_length) {
  const auto flags =
      static_cast<std::uint8_t>(kFinalBit | (read_length != 0 ? kReadBit : 0) | kSimpleTask);
  RequestHeader header = encode(code(Opcode::ScsiCommand), flags, 0, lun, read_length, sequence);
  Writer{MutableBytes{header}.subspan(32)}.bytes(cdb);
  return header;
}

RequestHeader encode_text_request(const Sequence& sequence, std::uint32_t transfer_tag,
                                  std::uint32_t segment_length) {
  return encode(code(Opcode::TextRequest), kFinalBit, segment_length, Lun{}, transfer_tag,
                sequence);
}

RequestHeader encode_nop_out(const Sequence& sequence, const Lun& lun, std::uint32_t transfer_tag) {
  return encode(code(Opcode::NopOut) | kImmediate, kFinalBit, 0, lun, transfer_tag, sequence);
}

RequestHeader encode_logout(const Sequence& sequence) {
  // Reason code 0, close the session (section 11.14.1); the CID does not matter then.
  return encode(code(Opcode::LogoutRequest) | kImmediate, kFinalBit, 0, Lun{}, 0, sequence);
}

Result<TargetPdu> decode_target_pdu(Bytes header) {
  TargetPdu pdu;
  Reader in{header};
  pdu.opcode = ISBOOT_TRY(in.u8()) & kOpcodeMask;
  pdu.flags = ISBOOT_TRY(in.u8());
  pdu.response = ISBOOT_TRY(in.u8());
  pdu.status = ISBOOT_TRY(in.u8());
  if (ISBOOT_TRY(in.u8()) != 0) return Error{PduErrc::HasAhs, 4, "PDU with AHS from the target"};
  pdu.segment_length = ISBOOT_TRY(in.be24());
  const Bytes lun = ISBOOT_TRY(in.bytes(pdu.lun.bytes.size()));
  for (std::size_t i = 0; i < lun.size(); ++i) pdu.lun.bytes[i] = lun[i];
  pdu.task_tag = ISBOOT_TRY(in.be32());
  pdu.transfer_tag = ISBOOT_TRY(in.be32());
  pdu.stat_sn = ISBOOT_TRY(in.be32());
  pdu.exp_cmd_sn = ISBOOT_TRY(in.be32());
  pdu.max_cmd_sn = ISBOOT_TRY(in.be32());
  pdu.data_sn = ISBOOT_TRY(in.be32());
  pdu.buffer_offset = ISBOOT_TRY(in.be32());
  pdu.residual = ISBOOT_TRY(in.be32());
  return pdu;
}

}  // namespace isboot::iscsi
