#include "platform/linux/initiator/iscsi_events.h"

#include <linux/netlink.h>

#include "platform/linux/initiator/iscsi_netlink.h"
#include "platform/linux/netlink/message_reader.h"

namespace isboot::linux_platform {
namespace {

// The union `r` of struct iscsi_uevent starts at 40: session, connection, and for a
// connection error its number.
constexpr std::size_t kSessionAt = 40;
constexpr std::size_t kErrorAt = 48;

// enum iscsi_err (ISCSI_ERR_BASE is 1000)
constexpr std::uint32_t kConnectionFailed = 1011;
constexpr std::uint32_t kTcpClosed = 1020;
constexpr std::uint32_t kNopTimedOut = 1022;

}  // namespace

Result<IscsiNotice> decode_notice(Bytes datagram) {
  netlink::MessageReader messages{datagram};
  const auto message = ISBOOT_TRY(messages.next());
  if (!message) return Error{Errc::Truncated, 0, "empty netlink datagram"};
  const Bytes payload = message->payload;
  IscsiNotice notice;
  const std::uint32_t type = ISBOOT_TRY(netlink::read_u32(payload, 0));
  notice.session.value = ISBOOT_TRY(netlink::read_u32(payload, kSessionAt));
  switch (static_cast<IscsiEvent>(type)) {
    case IscsiEvent::ConnectionError:
      notice.kind = IscsiNotice::Kind::ConnectionLost;
      notice.error = ISBOOT_TRY(netlink::read_u32(payload, kErrorAt));
      break;
    case IscsiEvent::ReceivedPdu:
      if (payload.size() < kIscsiEventSize) return Error{Errc::Truncated, 0, "PDU is missing"};
      notice.kind = IscsiNotice::Kind::Pdu;
      notice.pdu = payload.subspan(kIscsiEventSize);
      break;
    case IscsiEvent::UnbindSession:
      notice.kind = IscsiNotice::Kind::Unbound;
      break;
    case IscsiEvent::DestroySession:
      notice.kind = IscsiNotice::Kind::SomeGone;
      notice.session = {};  // another field has it
      break;
    default:
      break;
  }
  return notice;
}

const char* words_of_connection_error(std::uint32_t error) {
  switch (error) {
    case kConnectionFailed:
      return "the connection failed";
    case kTcpClosed:
      return "the target closed the connection";
    case kNopTimedOut:
      return "the target answers no longer";
    default:
      return "the kernel found an error in the connection";
  }
}

IscsiEvents::IscsiEvents() = default;

Result<Done> IscsiEvents::open() {
  socket_.emplace(ISBOOT_TRY(netlink::Socket::open({NETLINK_ISCSI, IscsiNetlink::kEventGroup, 0})));
  return Done{};
}

Result<std::optional<IscsiNotice>> IscsiEvents::next(Clock& clock) {
  const auto datagram = socket_->receive(buffer_, clock, 0);
  if (!datagram) {
    if (datagram.error().code == Errc::TimedOut) return std::optional<IscsiNotice>{};
    return datagram.error();
  }
  return std::optional{ISBOOT_TRY(decode_notice(*datagram))};
}

}  // namespace isboot::linux_platform
