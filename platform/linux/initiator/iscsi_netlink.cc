#include "platform/linux/initiator/iscsi_netlink.h"

#include <linux/netlink.h>

#include "platform/linux/netlink/message_reader.h"
#include "platform/linux/netlink/message_writer.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// struct iscsi_uevent: type u32 · iferror s32 · transport handle u64 · u · r
constexpr std::size_t kAnswerErrorAt = 4;
constexpr std::size_t kReplyAt = 40;
constexpr std::size_t kMaxDatagram = 16384;
constexpr std::size_t kStatsCommandsAt = 20;  // struct iscsi_stats: scsicmd_pdus

void write_request(netlink::MessageWriter& out, IscsiRequest request, std::uint64_t transport,
                   const RequestWords& words, Bytes payload) {
  out.begin(static_cast<std::uint16_t>(request), NLM_F_REQUEST, 0);
  out.u32(static_cast<std::uint32_t>(request)).u32(0).u64(transport);
  for (const std::uint32_t word : words) out.u32(word);
  out.zeros(kIscsiEventSize - kReplyAt);
  out.bytes(payload);
}

Result<ReplyWords> read_reply(Bytes payload) {
  const std::uint32_t type = ISBOOT_TRY(netlink::read_u32(payload, 0));
  if (type == static_cast<std::uint32_t>(IscsiEvent::InterfaceError)) {
    const auto negative =
        static_cast<std::int32_t>(ISBOOT_TRY(netlink::read_u32(payload, kAnswerErrorAt)));
    return system_error(negative < 0 ? -negative : EPROTO, "the kernel refuses the iSCSI request");
  }
  ReplyWords words{};
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = ISBOOT_TRY(netlink::read_u32(payload, kReplyAt + 4 * i));
  return words;
}

// These say in the reply's first word how it went. What the kernel thinks of any other request
// is its InterfaceError, or none.
bool has_return_code(IscsiRequest request) {
  return request == IscsiRequest::BindConnection || request == IscsiRequest::StartConnection ||
         request == IscsiRequest::SendPdu;
}

}  // namespace

Result<IscsiNetlink> IscsiNetlink::open(Clock& clock, AnswerLimit limit, std::uint32_t groups,
                                        std::uint32_t port) {
  const auto handle = read_file("/sys/class/iscsi_transport/tcp/handle", 64);
  if (!handle) return Error{Errc::NotFound, 0, "the kernel has no iscsi_tcp"};
  Text digits = *handle;
  while (!digits.empty() && digits.back() == '\n') digits = part_of(digits, 0, digits.size() - 1);
  const std::uint64_t transport = ISBOOT_TRY(parse_decimal(digits, UINT64_MAX));
  return IscsiNetlink{ISBOOT_TRY(netlink::Socket::open({NETLINK_ISCSI, groups, port})), transport,
                      clock, limit};
}

Result<IscsiNetlink> IscsiNetlink::sibling(std::uint32_t groups) const {
  return IscsiNetlink{ISBOOT_TRY(netlink::Socket::open({NETLINK_ISCSI, groups, 0})), transport_,
                      clock_, limit_};
}

Result<ReplyWords> IscsiNetlink::answer(IscsiRequest request, Millis deadline) {
  std::array<std::uint8_t, kMaxDatagram> buffer;
  for (;;) {
    const Bytes datagram = ISBOOT_TRY(socket_.receive(buffer, clock_, deadline));
    netlink::MessageReader messages{datagram};
    const auto message = ISBOOT_TRY(messages.next());
    // Events have message type 0 and arrive in between.
    if (!message || message->type != static_cast<std::uint16_t>(request)) continue;
    const ReplyWords words = ISBOOT_TRY(read_reply(message->payload));
    const auto code = static_cast<std::int32_t>(words[0]);
    if (has_return_code(request) && code != 0)
      return system_error(code < 0 ? -code : EPROTO, "the kernel refuses the iSCSI request");
    return words;
  }
}

Result<ReplyWords> IscsiNetlink::call(IscsiRequest request, const RequestWords& words,
                                      Bytes payload) {
  std::array<std::uint8_t, 1024> buffer;
  netlink::MessageWriter out{buffer};
  write_request(out, request, transport_, words, payload);
  ISBOOT_TRY(socket_.send(ISBOOT_TRY(out.finish())));
  return answer(request, deadline());
}

Result<Done> IscsiNetlink::set_params(std::uint32_t session, std::uint32_t connection,
                                      std::span<const IscsiParamValue> values) {
  std::array<std::uint8_t, kMaxDatagram> buffer;
  netlink::MessageWriter out{buffer};
  for (const IscsiParamValue& value : values) {
    std::array<std::uint8_t, 256> text{};  // all zeros: the NUL is there
    Writer writer{text};
    writer.text(value.value).u8(0);
    const Bytes payload = ISBOOT_TRY(writer.finish());
    write_request(out, IscsiRequest::SetParam, transport_,
                  {session, connection, static_cast<std::uint32_t>(value.param),
                   static_cast<std::uint32_t>(payload.size()), 0, 0},
                  payload);
  }
  ISBOOT_TRY(socket_.send(ISBOOT_TRY(out.finish())));
  const Millis limit = deadline();
  std::optional<Error> first;
  for (const IscsiParamValue& value : values) {
    const auto reply = answer(IscsiRequest::SetParam, limit);
    if (!reply && !first) {
      first = reply.error();
      first->offset = static_cast<std::uint32_t>(value.param);
    }
  }
  if (first) return *first;
  return Done{};
}

Result<std::uint32_t> IscsiNetlink::scsi_commands(std::uint32_t session, std::uint32_t connection) {
  std::array<std::uint8_t, 1024> request;
  netlink::MessageWriter out{request};
  write_request(out, IscsiRequest::GetStats, transport_, {session, connection, 0, 0, 0, 0}, {});
  ISBOOT_TRY(socket_.send(ISBOOT_TRY(out.finish())));
  const Millis limit = deadline();
  std::array<std::uint8_t, kMaxDatagram> buffer;
  for (;;) {
    const Bytes datagram = ISBOOT_TRY(socket_.receive(buffer, clock_, limit));
    netlink::MessageReader messages{datagram};
    const auto message = ISBOOT_TRY(messages.next());
    if (!message) continue;
    const std::uint32_t type = ISBOOT_TRY(netlink::read_u32(message->payload, 0));
    // A refusal comes to us alone, the numbers to the group.
    if (message->type == static_cast<std::uint16_t>(IscsiRequest::GetStats) &&
        type == static_cast<std::uint32_t>(IscsiEvent::InterfaceError))
      ISBOOT_TRY(read_reply(message->payload));
    if (type != static_cast<std::uint32_t>(IscsiRequest::GetStats)) continue;
    const std::uint32_t its_session = ISBOOT_TRY(netlink::read_u32(message->payload, 16));
    const std::uint32_t its_connection = ISBOOT_TRY(netlink::read_u32(message->payload, 20));
    if (its_session == session && its_connection == connection)
      return netlink::read_u32(message->payload, kIscsiEventSize + kStatsCommandsAt);
  }
}

}  // namespace isboot::linux_platform
