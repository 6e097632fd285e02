#include "platform/linux/keeper/target_notice.h"

namespace isboot::linux_platform {
namespace {

constexpr std::uint8_t kOpcodeMask = 0x3f;
constexpr std::uint8_t kAsyncMessage = 0x32;
constexpr std::uint8_t kReject = 0x3f;
constexpr std::size_t kHeader = 48;
constexpr std::size_t kAsyncEventAt = 36;

}  // namespace

TargetNotice read_target_notice(Bytes pdu) {
  using Kind = TargetNotice::Kind;
  if (pdu.size() < kHeader) return {};
  const std::uint8_t opcode = pdu[0] & kOpcodeMask;
  if (opcode == kReject) return {Kind::Rejected, "the target rejects a PDU of the kernel's"};
  if (opcode != kAsyncMessage) return {};
  switch (pdu[kAsyncEventAt]) {
    case 1:
      return {Kind::Goodbye, "the target asks us to log out"};
    case 2:
      return {Kind::Goodbye, "the target says that it drops the connection"};
    case 3:
      return {Kind::Goodbye, "the target says that it drops the session"};
    default:  // 0 is the kernel's own (SCSI); 4 and 5 leave the connection as it is
      return {};
  }
}

}  // namespace isboot::linux_platform
