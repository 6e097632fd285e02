// What the kernel says by netlink, and what hosts on the link say: every reader takes any bytes,
// moves on at each step, and says no more than there was.
#include "core/keep/target_notice.h"
#include "platform/linux/initiator/iscsi_events.h"
#include "platform/linux/net/link/pci_address.h"
#include "platform/linux/net/probe/address_probe.h"
#include "platform/linux/net/probe/echo.h"
#include "platform/linux/net/rtnetlink/link_message.h"
#include "platform/linux/net/rtnetlink/listing.h"

namespace {

using namespace isboot;
using namespace isboot::linux_platform;
using keep::read_target_notice;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void read_attributes(Bytes payload) {
  // Behind the structures that requests have: none, rtgenmsg, ifaddrmsg, rtmsg, ifinfomsg.
  for (const std::size_t fixed : {0U, 1U, 8U, 12U, 16U}) {
    auto attributes = netlink::AttributeReader::behind(payload, fixed);
    if (!attributes) continue;
    std::size_t left = payload.size();
    for (;;) {
      const auto attribute = attributes->next();
      if (!attribute || !*attribute) break;
      require((*attribute)->value.size() < left);
      left -= (*attribute)->value.size();
      require((*attribute)->text().size() <= (*attribute)->value.size());
      (void)(*attribute)->u8();
      (void)(*attribute)->u16();
      (void)(*attribute)->u32();
    }
  }
}

void read_messages(Bytes datagram) {
  netlink::MessageReader messages{datagram};
  Listing listing;
  listing.begin(0, 1);
  for (std::size_t count = 0;; ++count) {
    require(count <= datagram.size() / netlink::kHeaderSize);
    const auto message = messages.next();
    if (!message || !*message) break;
    const Bytes payload = (*message)->payload;
    require(payload.size() < datagram.size());
    (void)listing.take(**message);
    if (const auto answer = netlink::read_answer(**message)) {
      require(answer->error >= 0);
      require(answer->reason.size() <= payload.size());
    }
    if (const auto link = decode_link(payload)) require(link->seen.name.view().size() <= 15);
    (void)decode_address(payload);
    (void)decode_default_route(payload);
    read_attributes(payload);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes{data + 1, size - 1};
  read_messages(bytes);
  if (const auto notice = decode_notice(bytes)) (void)read_target_notice(notice->pdu);
  (void)read_target_notice(bytes);
  if (const auto claim = read_arp(bytes)) require(!claim->address.is_absent());
  (void)read_neighbour_advertisement(bytes);
  const bool v4 = (data[0] & 1) != 0;
  (void)is_reply(bytes, Echo{v4, 7, 9, 28U + (data[0] & 2U) * 10U});
  (void)last_pci_address(as_text(bytes));
  return 0;
}
