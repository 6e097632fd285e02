#include "core/keep/target_notice.h"

#include "core/base/reader.h"
#include "core/iscsi/login_pdu.h"

namespace isboot::keep {
namespace {

using iscsi::Opcode;

constexpr std::size_t kHeader = 48;
constexpr std::size_t kLogoutResultAt = 2;
constexpr std::size_t kAsyncEventAt = 36;
constexpr std::uint32_t kTime2WaitAt = 40;  // of both

// RFC 7143 section 11.15.3: the field means something here only when the logout failed (2: no
// recovery, 3: cleanup); after one that succeeded, at our ErrorRecoveryLevel of 0, it is ignored.
bool logout_wants_a_wait(std::uint8_t result) { return result == 2 || result == 3; }

}  // namespace

TargetNotice read_target_notice(Bytes pdu) {
  using Kind = TargetNotice::Kind;
  if (pdu.size() < kHeader) return {};
  const std::uint16_t time2wait = *Reader{pdu, kTime2WaitAt}.be16();  // the header is whole
  const auto opcode = static_cast<Opcode>(pdu[0] & iscsi::kOpcodeMask);
  if (opcode == Opcode::Reject) return {Kind::Rejected, "the target rejects a PDU of the kernel's"};
  if (opcode == Opcode::LogoutResponse) {
    const bool waits = logout_wants_a_wait(pdu[kLogoutResultAt]);
    return {Kind::LoggedOut, "", waits ? time2wait : std::uint16_t{0}};
  }
  if (opcode != Opcode::AsyncMessage) return {};
  switch (pdu[kAsyncEventAt]) {
    case 1:
      return {Kind::LogOut, "the target asks us to log out"};
    case 2:
      return {Kind::Goodbye, "the target says that it drops the connection", time2wait};
    case 3:
      return {Kind::Goodbye, "the target says that it drops the session", time2wait};
    case 4:  // a logout is one of the answers that section 11.9.1 allows; the login negotiates
      return {Kind::LogOut, "the target asks for new parameters"};
    default:  // 0 is the kernel's own (SCSI); 5 leaves the connection as it is
      return {};
  }
}

}  // namespace isboot::keep
