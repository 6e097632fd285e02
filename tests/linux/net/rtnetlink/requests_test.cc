#include "platform/linux/net/rtnetlink/requests.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

#include "platform/linux/netlink/message_reader.h"

namespace isboot::linux_platform {
namespace {

using boot::NetworkChange;
using netlink::AttributeReader;

IpAddress ip(Text text) { return *parse_ip(text); }

boot::SeenLink eth0() {
  boot::SeenLink link;
  link.id.index = 7;
  EXPECT_TRUE(link.name.assign("eth0"));
  return link;
}

// One request, taken apart with the kernel's own structures.
class Request {
public:
  explicit Request(const NetworkChange& change) {
    netlink::MessageWriter out{buffer_};
    request_change(out, 5, eth0(), change);
    message_ = **netlink::MessageReader{*out.finish()}.next();
  }
  std::uint16_t type() const { return message_.type; }
  std::uint16_t flags() const { return message_.flags; }
  template <class Fixed>
  Fixed fixed() const {
    Fixed fixed{};
    EXPECT_GE(message_.payload.size(), sizeof fixed);
    std::memcpy(&fixed, message_.payload.data(), sizeof fixed);
    return fixed;
  }
  // The attribute of that type behind `Fixed`; empty when it is not there.
  template <class Fixed>
  Bytes attribute(std::uint16_t type) const {
    auto attributes = AttributeReader::behind(message_.payload, sizeof(Fixed));
    for (;;) {
      const auto found = attributes->next();
      if (!found || !*found) return {};
      if ((*found)->type == type) return (*found)->value;
    }
  }

private:
  std::array<std::uint8_t, 256> buffer_{};
  netlink::Message message_;
};

NetworkChange route(const IpAddress& to, std::uint8_t prefix, const IpAddress& gateway) {
  NetworkChange change;
  change.kind = NetworkChange::Kind::AddRoute;
  change.address = to;
  change.prefix = prefix;
  change.gateway = gateway;
  return change;
}

bool same(Bytes bytes, const IpAddress& address) {
  const Bytes expected = address.network_bytes();
  return std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end());
}

TEST(Requests, BringTheLinkUpAndTouchNoOtherFlag) {
  const Request request{NetworkChange{}};
  EXPECT_EQ(request.type(), RTM_NEWLINK);
  EXPECT_EQ(request.flags(), NLM_F_REQUEST | NLM_F_ACK);
  const auto info = request.fixed<ifinfomsg>();
  EXPECT_EQ(info.ifi_index, 7);
  EXPECT_EQ(info.ifi_flags, 1U);  // IFF_UP
  EXPECT_EQ(info.ifi_change, 1U);
}

TEST(Requests, SetAnIpv6AddressWithoutDuplicateAddressDetection) {
  NetworkChange change;
  change.kind = NetworkChange::Kind::AddAddress;
  change.address = ip("fd00::15");
  change.prefix = 64;
  const Request request{change};
  EXPECT_EQ(request.type(), RTM_NEWADDR);
  EXPECT_EQ(request.flags(), NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
  const auto info = request.fixed<ifaddrmsg>();
  EXPECT_EQ(info.ifa_family, AF_INET6);
  EXPECT_EQ(info.ifa_prefixlen, 64);
  EXPECT_EQ(info.ifa_flags, IFA_F_NODAD);
  EXPECT_EQ(info.ifa_index, 7U);
  EXPECT_TRUE(same(request.attribute<ifaddrmsg>(IFA_LOCAL), ip("fd00::15")));
}

TEST(Requests, GiveARouteToTheLinkLinkScopeInIpv4Only) {
  const Request v4{route(ip("10.0.2.2"), 32, IpAddress{})};
  EXPECT_EQ(v4.fixed<rtmsg>().rtm_scope, RT_SCOPE_LINK);
  EXPECT_TRUE(v4.attribute<rtmsg>(RTA_GATEWAY).empty());
  const Request v6{route(ip("fd00::2"), 128, IpAddress{})};
  EXPECT_EQ(v6.fixed<rtmsg>().rtm_scope, RT_SCOPE_UNIVERSE);
}

TEST(Requests, TakeTheDefaultRoutesFamilyFromItsGateway) {
  const Request v4{route(ip("0.0.0.0"), 0, ip("10.0.2.2"))};
  EXPECT_EQ(v4.fixed<rtmsg>().rtm_family, AF_INET);
  EXPECT_TRUE(v4.attribute<rtmsg>(RTA_DST).empty());
  EXPECT_TRUE(same(v4.attribute<rtmsg>(RTA_GATEWAY), ip("10.0.2.2")));
  const Request v6{route(IpAddress{}, 0, ip("fe80::1"))};
  EXPECT_EQ(v6.fixed<rtmsg>().rtm_family, AF_INET6);
}

TEST(Requests, GiveEachNicsRoutesAMetricOfTheirOwn) {
  const Request host{route(ip("192.0.2.7"), 32, ip("10.0.2.2"))};
  EXPECT_EQ(*netlink::read_u32(host.attribute<rtmsg>(RTA_PRIORITY), 0), 7U);
  const Request everything{route(ip("0.0.0.0"), 0, ip("10.0.2.2"))};
  EXPECT_EQ(*netlink::read_u32(everything.attribute<rtmsg>(RTA_PRIORITY), 0), 100007U);
}

TEST(Requests, KeepANicApartInOneMessageOfItsFamily) {
  NetworkChange change;
  change.kind = NetworkChange::Kind::KeepApart;
  const Request request{change};
  EXPECT_EQ(request.type(), RTM_NEWLINK);
  EXPECT_EQ(request.fixed<ifinfomsg>().ifi_change, 0U);
  AttributeReader families{request.attribute<ifinfomsg>(IFLA_AF_SPEC)};
  const auto family = **families.next();
  EXPECT_EQ(family.type, AF_INET);
  AttributeReader parts{family.value};
  const auto settings = **parts.next();
  EXPECT_EQ(settings.type, IFLA_INET_CONF);
  AttributeReader values{settings.value};
  std::map<unsigned, unsigned> seen;
  while (const auto value = *values.next()) seen[value->type] = *value->u32();
  const std::map<unsigned, unsigned> expected = {
      {IPV4_DEVCONF_ARP_IGNORE, 1}, {IPV4_DEVCONF_ARP_ANNOUNCE, 2}, {IPV4_DEVCONF_RP_FILTER, 2}};
  EXPECT_EQ(seen, expected);
}

TEST(Requests, MakeAVlanThatIsNotThereYet) {
  NetworkChange change;
  change.kind = NetworkChange::Kind::AddVlan;
  change.vlan = 42;
  const Request request{change};
  EXPECT_EQ(request.flags(), NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
  EXPECT_EQ(*netlink::read_u32(request.attribute<ifinfomsg>(IFLA_LINK), 0), 7U);
  EXPECT_EQ(as_text(request.attribute<ifinfomsg>(IFLA_IFNAME)), Text("eth0.42\0", 8));
  AttributeReader info{request.attribute<ifinfomsg>(IFLA_LINKINFO)};
  EXPECT_EQ((**info.next()).text(), "vlan");
  AttributeReader data{(**info.next()).value};
  EXPECT_EQ(*(**data.next()).u16(), 42);
}

TEST(VlanName, IsTheParentsWithTheNumber) {
  EXPECT_EQ(vlan_name("eth0", 42).view(), "eth0.42");
  EXPECT_EQ(vlan_name("enp129s0f1", 4094).view(), "enp129s0f1.4094");  // 15 letters, the most
}

TEST(VlanName, StandsAloneWhenTheParentsIsTooLong) {
  EXPECT_EQ(vlan_name("enp129s0f1np1", 42).view(), "vlan42");
}

}  // namespace
}  // namespace isboot::linux_platform
