#include "platform/linux/net/rtnetlink/link_message.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>

#include "platform/linux/netlink/message_reader.h"

namespace isboot::linux_platform {
namespace {

using netlink::Attribute;
using netlink::AttributeReader;

// struct ifinfomsg: family u8, padding u8, type u16, index s32, flags u32, change u32.
constexpr std::size_t kFixedSize = 16;
constexpr std::size_t kTypeAt = 2;
constexpr std::size_t kIndexAt = 4;
constexpr std::size_t kFlagsAt = 8;

// Kinds of links that stand on others: they show the MAC of one of those.
constexpr Text kStackedKinds[] = {"bond",    "bridge",  "hsr",  "ipvlan", "ipvtap", "macsec",
                                  "macvlan", "macvtap", "team", "vlan",   "vrf"};

boot::LinkOrigin origin_of_kind(Text kind) {
  const bool stacked = std::find(std::begin(kStackedKinds), std::end(kStackedKinds), kind) !=
                       std::end(kStackedKinds);
  return stacked ? boot::LinkOrigin::Stacked : boot::LinkOrigin::Virtual;
}

void read_mac(const Attribute& attribute, MacAddress& mac) {
  if (attribute.value.size() == mac.bytes.size())
    std::copy(attribute.value.begin(), attribute.value.end(), mac.bytes.begin());
}

Result<Done> read_vlan(Bytes data, LinkState& link) {
  AttributeReader attributes{data};
  while (const auto attribute = ISBOOT_TRY(attributes.next()))
    if (attribute->type == IFLA_VLAN_ID) link.vlan = ISBOOT_TRY(attribute->u16());
  return Done{};
}

// IFLA_LINKINFO: its kind comes before its data. Hardware has neither.
Result<Done> read_link_info(Bytes info, LinkState& link) {
  AttributeReader attributes{info};
  Text kind;
  while (const auto attribute = ISBOOT_TRY(attributes.next())) {
    if (attribute->type == IFLA_INFO_KIND) {
      kind = attribute->text();
      link.seen.origin = origin_of_kind(kind);
    } else if (attribute->type == IFLA_INFO_DATA && kind == "vlan") {
      ISBOOT_TRY(read_vlan(attribute->value, link));
    }
  }
  return Done{};
}

Result<Done> read_attribute(const Attribute& attribute, LinkState& link) {
  switch (attribute.type) {
    case IFLA_IFNAME:
      return link.seen.name.assign(attribute.text());
    case IFLA_ADDRESS:
      read_mac(attribute, link.seen.mac);
      break;
    case IFLA_PERM_ADDRESS:
      read_mac(attribute, link.seen.permanent_mac);
      break;
    case IFLA_MASTER:
      link.seen.master.index = ISBOOT_TRY(attribute.u32());
      break;
    case IFLA_LINK:
      link.parent.index = ISBOOT_TRY(attribute.u32());
      break;
    case IFLA_MTU:
      link.mtu = ISBOOT_TRY(attribute.u32());
      break;
    case IFLA_LINKINFO:
      return read_link_info(attribute.value, link);
    default:
      break;
  }
  return Done{};
}

}  // namespace

Result<LinkState> decode_link(Bytes payload) {
  LinkState link;
  link.ethernet = ISBOOT_TRY(netlink::read_u16(payload, kTypeAt)) == ARPHRD_ETHER;
  link.seen.id.index = ISBOOT_TRY(netlink::read_u32(payload, kIndexAt));
  // LOWER_UP alone comes before the kernel has a queue for the link: what is sent then
  // is dropped. RUNNING is set with the queue.
  constexpr std::uint32_t kRunning =
      std::uint32_t{IFF_UP} | std::uint32_t{IFF_LOWER_UP} | IFF_RUNNING;
  const std::uint32_t flags = ISBOOT_TRY(netlink::read_u32(payload, kFlagsAt));
  link.running = (flags & kRunning) == kRunning;
  link.seen.up = (flags & IFF_UP) != 0;
  link.seen.carrier = (flags & IFF_LOWER_UP) != 0;
  AttributeReader attributes = ISBOOT_TRY(AttributeReader::behind(payload, kFixedSize));
  while (const auto attribute = ISBOOT_TRY(attributes.next()))
    ISBOOT_TRY(read_attribute(*attribute, link));
  return link;
}

namespace {

// Of four or sixteen bytes; absent when it is neither.
IpAddress address_of(Bytes value) {
  IpAddress address;
  if (value.size() == 4)
    address = IpAddress::v4(value[0], value[1], value[2], value[3]);
  else if (value.size() == address.bytes.size())
    std::copy(value.begin(), value.end(), address.bytes.begin());
  return address;
}

}  // namespace

Result<LinkAddress> decode_address(Bytes payload) {
  // struct ifaddrmsg: family, prefix, flags and scope, each u8; index u32.
  constexpr std::size_t kSize = 8;
  LinkAddress result;
  result.link.index = ISBOOT_TRY(netlink::read_u32(payload, 4));
  result.prefix = payload[1];
  std::uint32_t flags = payload[2];
  AttributeReader attributes = ISBOOT_TRY(AttributeReader::behind(payload, kSize));
  bool local = false;
  while (const auto attribute = ISBOOT_TRY(attributes.next())) {
    if (attribute->type == IFA_FLAGS) flags = ISBOOT_TRY(attribute->u32());
    // Both are there on point-to-point links: IFA_ADDRESS is then the other end's.
    const bool is_local = attribute->type == IFA_LOCAL;
    if (!is_local && (attribute->type != IFA_ADDRESS || local)) continue;
    local = is_local;
    result.address = address_of(attribute->value);
  }
  const bool waits = (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
  result.untried = waits || (flags & IFA_F_DADFAILED) != 0;
  result.usable = !result.untried && (flags & IFA_F_TEMPORARY) == 0;
  return result;
}

Result<DefaultRoute> decode_default_route(Bytes payload) {
  // struct rtmsg: family, destination and source prefix, TOS, table, protocol, scope and
  // type, each u8; flags u32.
  constexpr std::size_t kSize = 12;
  DefaultRoute route;
  LinkId link;
  AttributeReader attributes = ISBOOT_TRY(AttributeReader::behind(payload, kSize));
  while (const auto attribute = ISBOOT_TRY(attributes.next())) {
    if (attribute->type == RTA_OIF) link.index = ISBOOT_TRY(attribute->u32());
    if (attribute->type == RTA_GATEWAY) route.gateway = address_of(attribute->value);
  }
  if (payload[1] == 0 && payload[7] == RTN_UNICAST && !route.gateway.is_absent()) route.link = link;
  return route;
}

}  // namespace isboot::linux_platform
