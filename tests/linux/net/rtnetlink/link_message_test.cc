#include "platform/linux/net/rtnetlink/link_message.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <set>
#include <vector>

#include "platform/linux/netlink/message_reader.h"
#include "platform/linux/netlink/message_writer.h"

namespace isboot::linux_platform {
namespace {

using boot::LinkOrigin;
using netlink::MessageWriter;

constexpr std::uint8_t kMac[] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
constexpr std::uint8_t kPermanent[] = {0x52, 0x54, 0, 0x12, 0x34, 0x57};

// The payload of an RTM_NEWLINK, with more attributes from `add`.
template <class Add>
std::vector<std::uint8_t> payload(std::uint32_t flags, Add add) {
  std::vector<std::uint8_t> buffer(512);
  MessageWriter out{buffer};
  out.begin(RTM_NEWLINK, 0, 0).u8(AF_UNSPEC).u8(0).u16(ARPHRD_ETHER).u32(7).u32(flags).u32(0);
  out.attribute_text(IFLA_IFNAME, "eth0").attribute(IFLA_ADDRESS, kMac);
  add(out);
  buffer.resize(out.finish()->size());
  buffer.erase(buffer.begin(), buffer.begin() + netlink::kHeaderSize);
  return buffer;
}
std::vector<std::uint8_t> of_kind(Text kind) {
  return payload(0, [&](MessageWriter& out) {
    const auto info = out.begin_nested(IFLA_LINKINFO);
    out.attribute_text(IFLA_INFO_KIND, kind);
    const auto data = out.begin_nested(IFLA_INFO_DATA);
    out.attribute_u16(IFLA_VLAN_ID, 42);
    out.end_nested(data).end_nested(info);
  });
}

TEST(LinkMessage, ReadsWhatALinkIs) {
  const auto link = decode_link(payload(IFF_UP, [](MessageWriter& out) {
    out.attribute(IFLA_PERM_ADDRESS, kPermanent).attribute_u32(IFLA_MASTER, 9);
    out.attribute_u32(IFLA_MTU, 1500).attribute_u32(IFLA_LINK, 3);
  }));
  ASSERT_TRUE(link);
  EXPECT_TRUE(link->ethernet);
  EXPECT_EQ(link->seen.id.index, 7U);
  EXPECT_EQ(link->seen.name.view(), "eth0");
  EXPECT_EQ(to_text(link->seen.mac).view(), "52:54:00:12:34:56");
  EXPECT_EQ(to_text(link->seen.permanent_mac).view(), "52:54:00:12:34:57");
  EXPECT_EQ(link->seen.origin, LinkOrigin::Hardware);
  EXPECT_EQ(link->seen.master.index, 9U);
  EXPECT_EQ(link->parent.index, 3U);
  EXPECT_EQ(link->mtu, 1500U);
}

TEST(LinkMessage, CallsALinkRunningOnlyWhenFramesFlow) {
  const auto nothing = [](MessageWriter&) {};
  EXPECT_FALSE(decode_link(payload(0, nothing))->running);
  EXPECT_FALSE(decode_link(payload(IFF_UP, nothing))->running);
  EXPECT_FALSE(decode_link(payload(IFF_UP | IFF_LOWER_UP, nothing))->running);
  EXPECT_FALSE(decode_link(payload(IFF_LOWER_UP | IFF_RUNNING, nothing))->running);
  EXPECT_TRUE(decode_link(payload(IFF_UP | IFF_LOWER_UP | IFF_RUNNING, nothing))->running);
}

TEST(LinkMessage, TellsStackedLinksFromThoseOnTheirOwn) {
  for (const Text kind : {"vlan", "bridge", "bond", "team", "macvlan", "macvtap", "ipvlan"})
    EXPECT_EQ(decode_link(of_kind(kind))->seen.origin, LinkOrigin::Stacked) << kind;
  for (const Text kind : {"veth", "dummy", "tun"})
    EXPECT_EQ(decode_link(of_kind(kind))->seen.origin, LinkOrigin::Virtual) << kind;
}

TEST(LinkMessage, ReadsTheNumberOfAVlanOnly) {
  EXPECT_EQ(decode_link(of_kind("vlan"))->vlan, 42);
  EXPECT_EQ(decode_link(of_kind("macvlan"))->vlan, 0);  // its attribute 1 is something else
}

TEST(LinkMessage, IgnoresAHardwareAddressThatIsNoMac) {
  const std::uint8_t infiniband[20] = {1};
  const auto link = decode_link(
      payload(0, [&](MessageWriter& out) { out.attribute(IFLA_PERM_ADDRESS, infiniband); }));
  ASSERT_TRUE(link);
  EXPECT_TRUE(link->seen.permanent_mac.is_zero());
}

// RTM_NEWADDR of link 7.
template <class Fill>
std::vector<std::uint8_t> address_payload(std::uint8_t family, Fill fill) {
  std::array<std::uint8_t, 128> buffer{};
  MessageWriter out{buffer};
  out.begin(RTM_NEWADDR, 0, 0).u8(family).u8(24).u8(0).u8(0).u32(7);
  fill(out);
  const Bytes whole = *out.finish();
  return {whole.begin() + netlink::kHeaderSize, whole.end()};
}

TEST(AddressMessage, ReadsOurEndOfALink) {
  const IpAddress ours = IpAddress::v4(10, 0, 2, 15);
  const IpAddress theirs = IpAddress::v4(10, 0, 2, 1);
  const auto local_first = decode_address(address_payload(AF_INET, [&](MessageWriter& out) {
    out.attribute(IFA_LOCAL, ours.network_bytes()).attribute(IFA_ADDRESS, theirs.network_bytes());
  }));
  const auto local_last = decode_address(address_payload(AF_INET, [&](MessageWriter& out) {
    out.attribute(IFA_ADDRESS, theirs.network_bytes()).attribute(IFA_LOCAL, ours.network_bytes());
  }));
  for (const auto& seen : {local_first, local_last}) {
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->link, LinkId{7});
    EXPECT_EQ(seen->address, ours);
  }
}

TEST(AddressMessage, ReadsAnIpv6Address) {
  const IpAddress ours = *parse_ip("fd00::15");
  const auto seen = decode_address(address_payload(
      AF_INET6, [&](MessageWriter& out) { out.attribute(IFA_ADDRESS, ours.network_bytes()); }));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->address, ours);
}

TEST(AddressMessage, TellsWhichAddressMayBeSpokenFrom) {
  const struct {
    const char* name;
    std::uint32_t flags;
    bool usable;
  } kRows[] = {
      {"permanent", IFA_F_PERMANENT, true},
      {"of an advertisement", IFA_F_MANAGETEMPADDR, true},
      {"being tried out", IFA_F_TENTATIVE, false},
      {"being tried out, but usable", IFA_F_TENTATIVE | IFA_F_OPTIMISTIC, true},
      {"another's", IFA_F_PERMANENT | IFA_F_DADFAILED, false},
      {"temporary", IFA_F_TEMPORARY, false},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto seen = decode_address(address_payload(AF_INET6, [&](MessageWriter& out) {
      out.attribute(IFA_ADDRESS, parse_ip("fd00::15")->network_bytes());
      out.attribute_u32(IFA_FLAGS, row.flags);
    }));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->usable, row.usable);
  }
}

std::vector<std::uint8_t> route_payload(std::uint8_t prefix, bool with_gateway) {
  std::array<std::uint8_t, 256> buffer{};
  MessageWriter out{buffer};
  out.begin(RTM_NEWROUTE, 0, 0).u8(AF_INET6).u8(prefix).u8(0).u8(0);
  out.u8(RT_TABLE_MAIN).u8(RTPROT_RA).u8(RT_SCOPE_UNIVERSE).u8(RTN_UNICAST).u32(0);
  if (with_gateway) out.attribute(RTA_GATEWAY, parse_ip("fe80::1")->network_bytes());
  out.attribute_u32(RTA_OIF, 7);
  const Bytes whole = *out.finish();
  return {whole.begin() + netlink::kHeaderSize, whole.end()};
}

TEST(RouteMessage, TellsADefaultRouteFromOthers) {
  const auto seen = decode_default_route(route_payload(0, true));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->link, LinkId{7});
  EXPECT_EQ(seen->gateway, *parse_ip("fe80::1"));
  EXPECT_EQ(decode_default_route(route_payload(64, true))->link, LinkId{});
  EXPECT_EQ(decode_default_route(route_payload(0, false))->link, LinkId{});
}

TEST(RouteMessage, FailsWhenItIsCut) {
  const auto whole = route_payload(0, true);
  for (const std::size_t size : {0U, 8U, 11U, 14U, 20U})
    EXPECT_FALSE(decode_default_route(Bytes{whole}.first(size))) << size;
}

TEST(AddressMessage, FailsWhenItIsCut) {
  const auto whole = address_payload(AF_INET, [](MessageWriter& out) {
    out.attribute(IFA_LOCAL, IpAddress::v4(10, 0, 2, 15).network_bytes());
  });
  for (const std::size_t size : {0U, 4U, 7U, 10U, 15U})
    EXPECT_FALSE(decode_address(Bytes{whole}.first(size))) << size;
}

TEST(LinkMessage, FailsWhenItIsCutWithinAnAttribute) {
  const auto whole = of_kind("vlan");
  // Behind the fixed structure, the name and the MAC; padding may be missing.
  const std::set<std::size_t> kEnds = {16, 25, 26, 27, 28, 38, 39, 40};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    // A copy of its own, so that a sanitizer sees a read past the cut.
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<long>(size));
    EXPECT_EQ(decode_link(cut).ok(), kEnds.count(size) == 1);
  }
}

}  // namespace
}  // namespace isboot::linux_platform
