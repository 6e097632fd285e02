#include "core/boot/link_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace isboot::boot {
namespace {

constexpr MacAddress kMac{{0x52, 0x54, 0, 0x12, 0x34, 0x56}};
constexpr MacAddress kOther{{0x52, 0x54, 0, 0x12, 0x34, 0x57}};

SeenLink link(std::uint32_t index, Text name, const MacAddress& mac) {
  SeenLink seen;
  seen.id.index = index;
  EXPECT_TRUE(seen.name.assign(name));
  seen.mac = mac;
  return seen;
}

WantedLink by_mac(const MacAddress& mac = kMac) { return WantedLink{mac}; }

// The name of the link chosen; the same whatever order the kernel lists them in.
std::string chosen(std::vector<SeenLink> links, const WantedLink& wanted) {
  const auto choice = choose_link(links, wanted);
  const std::string name = choice ? std::string{links[choice->index].name.view()} : "none";
  std::reverse(links.begin(), links.end());
  const auto reversed = choose_link(links, wanted);
  EXPECT_EQ(reversed ? links[reversed->index].name.view() : "none", name);
  return name;
}

TEST(LinkChoice, FindsNothingWithoutAMatch) {
  EXPECT_EQ(chosen({link(2, "eth0", kOther)}, by_mac()), "none");
  EXPECT_EQ(chosen({}, by_mac()), "none");
}

TEST(LinkChoice, NeverMatchesAnEmptyMac) {
  EXPECT_EQ(chosen({link(1, "lo", {})}, by_mac({})), "none");
}

TEST(LinkChoice, FindsTheMac) {
  EXPECT_EQ(chosen({link(2, "eth0", kOther), link(3, "eth1", kMac)}, by_mac()), "eth1");
}

TEST(LinkChoice, TakesHardwareBeforeWhatStandsOnIt) {
  SeenLink bridge = link(2, "br0", kMac);  // an older number than the NIC's
  bridge.origin = LinkOrigin::Stacked;
  SeenLink veth = link(3, "veth0", kMac);
  veth.origin = LinkOrigin::Virtual;
  EXPECT_EQ(chosen({bridge, veth, link(4, "eth0", kMac)}, by_mac()), "eth0");
  EXPECT_EQ(chosen({bridge, veth}, by_mac()), "veth0");
  EXPECT_EQ(chosen({bridge}, by_mac()), "br0");
}

TEST(LinkChoice, TakesTheSyntheticNicWhosePortCarriesTheSameMac) {
  SeenLink function = link(2, "eth1", kMac);
  function.master.index = 3;
  function.permanent_mac = kMac;
  EXPECT_EQ(chosen({function, link(3, "eth0", kMac)}, by_mac()), "eth0");
}

TEST(LinkChoice, TakesTheBondsPortWithThePermanentMac) {
  SeenLink first = link(2, "eth0", kMac);  // the bond gave it the other's MAC
  first.permanent_mac = kOther;
  SeenLink second = link(3, "eth1", kMac);
  second.permanent_mac = kMac;
  EXPECT_EQ(chosen({first, second}, by_mac()), "eth1");
  EXPECT_EQ(chosen({first, second}, by_mac(kOther)), "eth0");
}

TEST(LinkChoice, BreaksATieByThePciAddress) {
  SeenLink first = link(2, "eth0", kMac);
  first.pci = 0x0010;
  SeenLink second = link(3, "eth1", kMac);
  second.pci = 0x0018;
  WantedLink wanted = by_mac();
  wanted.pci = 0x0018;
  EXPECT_EQ(chosen({first, second}, wanted), "eth1");
}

TEST(LinkChoice, FallsBackToTheLowestNumber) {
  EXPECT_EQ(chosen({link(3, "eth1", kMac), link(2, "eth0", kMac)}, by_mac()), "eth0");
}

TEST(LinkChoice, DoesNotLetThePciAddressOverruleTheMac) {
  SeenLink elsewhere = link(2, "eth0", kOther);
  elsewhere.pci = 0x0018;
  WantedLink wanted = by_mac();
  wanted.pci = 0x0018;
  EXPECT_EQ(chosen({elsewhere, link(3, "eth1", kMac)}, wanted), "eth1");
  EXPECT_EQ(chosen({elsewhere}, wanted), "none");
}

TEST(LinkChoice, ObeysANameWhateverTheMac) {
  SeenLink bond = link(4, "bond0", kOther);
  bond.origin = LinkOrigin::Stacked;
  WantedLink wanted = by_mac();
  ASSERT_TRUE(wanted.name.assign("bond0"));
  EXPECT_EQ(chosen({link(2, "eth0", kMac), bond}, wanted), "bond0");
}

TEST(LinkChoice, SaysWhy) {
  SeenLink bridge = link(2, "br0", kMac);
  bridge.origin = LinkOrigin::Stacked;
  const SeenLink links[] = {bridge, link(3, "eth0", kMac)};
  EXPECT_STREQ(choose_link(links, by_mac())->reason,
               "hardware comes before links made by software");
  EXPECT_STREQ(choose_link(std::span{links}.subspan(1), by_mac())->reason,
               "its MAC is the one wanted");
}

}  // namespace
}  // namespace isboot::boot
