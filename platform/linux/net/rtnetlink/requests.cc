#include "platform/linux/net/rtnetlink/requests.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace isboot::linux_platform {
namespace {

using boot::NetworkChange;
using netlink::MessageWriter;

constexpr std::uint16_t kAcknowledged = NLM_F_REQUEST | NLM_F_ACK;
constexpr std::uint16_t kCreateOrReplace = kAcknowledged | NLM_F_CREATE | NLM_F_REPLACE;

// The kernel tells routes apart by destination and metric, not by link: with a metric
// of its own each NIC keeps its route when two have the same target or gateway. Hosts
// count by their number alone; the default route stands behind those that managers
// make (Debian's ifupdown 0, NetworkManager from 100, networkd and the kernel 1024).
constexpr std::uint32_t kDefaultRouteMetric = 100000;

std::uint8_t family_of(const IpAddress& address) { return address.is_v4() ? AF_INET : AF_INET6; }

// struct ifinfomsg
void begin_link(MessageWriter& out, std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                LinkId link, std::uint32_t link_flags) {
  out.begin(type, flags, sequence).u8(AF_UNSPEC).u8(0).u16(0).u32(link.index);
  out.u32(link_flags).u32(link_flags);  // the second says which of them to change
}

void request_mtu(MessageWriter& out, std::uint32_t sequence, LinkId link, std::uint32_t mtu) {
  begin_link(out, RTM_NEWLINK, kAcknowledged, sequence, link, 0);
  out.attribute_u32(IFLA_MTU, mtu);
}

void request_vlan(MessageWriter& out, std::uint32_t sequence, const boot::SeenLink& parent,
                  std::uint16_t vlan) {
  begin_link(out, RTM_NEWLINK, kAcknowledged | NLM_F_CREATE | NLM_F_EXCL, sequence, LinkId{}, 0);
  out.attribute_u32(IFLA_LINK, parent.id.index);
  out.attribute_text(IFLA_IFNAME, vlan_name(parent.name, vlan));
  const auto info = out.begin_nested(IFLA_LINKINFO);
  out.attribute_text(IFLA_INFO_KIND, "vlan");
  const auto data = out.begin_nested(IFLA_INFO_DATA);
  out.attribute_u16(IFLA_VLAN_ID, vlan);
  out.end_nested(data).end_nested(info);
}

// What /proc/sys/net/ipv4/conf/LINK has, by netlink: it goes with the batch, and needs no file.
// Sources: ip-sysctl.rst; inet_set_link_af() in net/ipv4/devinet.c.
void request_keep_apart(MessageWriter& out, std::uint32_t sequence, LinkId link) {
  constexpr struct {
    std::uint16_t setting;
    std::uint32_t value;
  } kSettings[] = {
      {IPV4_DEVCONF_ARP_IGNORE, 1},    // answer only for addresses of this link
      {IPV4_DEVCONF_ARP_ANNOUNCE, 2},  // and never ask in the name of another's
      {IPV4_DEVCONF_RP_FILTER, 2},     // the best route back may be the other link's
  };
  begin_link(out, RTM_NEWLINK, kAcknowledged, sequence, link, 0);
  const auto families = out.begin_nested(IFLA_AF_SPEC);
  const auto family = out.begin_nested(AF_INET);
  const auto settings = out.begin_nested(IFLA_INET_CONF);
  for (const auto& item : kSettings) out.attribute_u32(item.setting, item.value);
  out.end_nested(settings).end_nested(family).end_nested(families);
}

// struct ifaddrmsg: family u8, prefix u8, flags u8, scope u8, index u32.
void request_address(MessageWriter& out, std::uint32_t sequence, LinkId link,
                     const IpAddress& address, std::uint8_t prefix) {
  // No duplicate address detection for IPv6: firmware has just used the address, and a
  // second's wait or a lost root would be all that it could give (docs/network.md).
  const std::uint8_t flags = address.is_v4() ? 0 : IFA_F_NODAD;
  const bool stays_on_link = !address.is_v4() && address.is_link_local();
  out.begin(RTM_NEWADDR, kCreateOrReplace, sequence).u8(family_of(address));
  out.u8(prefix).u8(flags).u8(stays_on_link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
  out.u32(link.index).attribute(IFA_LOCAL, address.network_bytes());
  out.attribute(IFA_ADDRESS, address.network_bytes());
}

// struct rtmsg: family, destination and source prefix, TOS, table, protocol, scope and
// type, each u8; flags u32.
void request_route(MessageWriter& out, std::uint32_t sequence, LinkId link,
                   const NetworkChange& change) {
  const bool on_link = change.gateway.is_absent();
  const bool is_default = change.prefix == 0;
  // The default route's destination is "absent", of the family of its gateway.
  const IpAddress& kind = is_default ? change.gateway : change.address;
  out.begin(RTM_NEWROUTE, kCreateOrReplace, sequence).u8(family_of(kind)).u8(change.prefix);
  out.u8(0).u8(0).u8(RT_TABLE_MAIN).u8(RTPROT_BOOT);
  out.u8(on_link && kind.is_v4() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE).u8(RTN_UNICAST).u32(0);
  if (!is_default) out.attribute(RTA_DST, change.address.network_bytes());
  if (!on_link) out.attribute(RTA_GATEWAY, change.gateway.network_bytes());
  if (!change.source.is_absent()) out.attribute(RTA_PREFSRC, change.source.network_bytes());
  out.attribute_u32(RTA_OIF, link.index);
  out.attribute_u32(RTA_PRIORITY, link.index + (is_default ? kDefaultRouteMetric : 0));
}

}  // namespace

IpAddress link_local_address(const MacAddress& mac) {
  const auto& m = mac.bytes;
  return IpAddress{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2],
                    0xff, 0xfe, m[3], m[4], m[5]}};
}

void request_all_links(MessageWriter& out, std::uint32_t sequence) {
  begin_link(out, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, LinkId{}, 0);
}

void request_link(MessageWriter& out, std::uint32_t sequence, LinkId link) {
  begin_link(out, RTM_GETLINK, NLM_F_REQUEST, sequence, link, 0);
}

void request_addresses(MessageWriter& out, std::uint32_t sequence, std::uint8_t family) {
  out.begin(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, sequence).u8(family).u8(0).u8(0).u8(0).u32(0);
}

void request_routes(MessageWriter& out, std::uint32_t sequence, std::uint8_t family) {
  out.begin(RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, sequence).u8(family).u8(0).u8(0).u8(0);
  out.u8(0).u8(0).u8(0).u8(0).u32(0);
}

void request_no_address(MessageWriter& out, std::uint32_t sequence, LinkId link,
                        const IpAddress& address, std::uint8_t prefix) {
  out.begin(RTM_DELADDR, kAcknowledged, sequence).u8(AF_INET6).u8(prefix).u8(0).u8(0);
  out.u32(link.index).attribute(IFA_LOCAL, address.network_bytes());
}

void request_change(MessageWriter& out, std::uint32_t sequence, const boot::SeenLink& link,
                    const NetworkChange& change) {
  switch (change.kind) {
    case NetworkChange::Kind::SetMtu:
      return request_mtu(out, sequence, link.id, change.mtu);
    case NetworkChange::Kind::HeedAdvertisements:
      return;  // not netlink's: link_settings.h
    case NetworkChange::Kind::KeepApart:
      return request_keep_apart(out, sequence, link.id);
    case NetworkChange::Kind::LinkUp:
      return begin_link(out, RTM_NEWLINK, kAcknowledged, sequence, link.id, IFF_UP);
    case NetworkChange::Kind::AddVlan:
      return request_vlan(out, sequence, link, change.vlan);
    case NetworkChange::Kind::AddLinkLocal:
      return request_address(out, sequence, link.id, link_local_address(link.mac), 64);
    case NetworkChange::Kind::AddAddress:
      return request_address(out, sequence, link.id, change.address, change.prefix);
    case NetworkChange::Kind::AddRoute:
      return request_route(out, sequence, link.id, change);
  }
}

LinkName vlan_name(Text parent, std::uint16_t vlan) {
  LinkName name;
  std::array<char, 32> buffer{};
  TextWriter with_parent{buffer};
  (with_parent << parent << '.').decimal(vlan);
  if (!with_parent.cut() && name.assign(with_parent.text())) return name;
  TextWriter alone{buffer};
  (alone << "vlan").decimal(vlan);
  (void)name.assign(alone.text());  // fits: at most 9
  return name;
}

}  // namespace isboot::linux_platform
