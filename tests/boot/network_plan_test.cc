#include "core/boot/network_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isboot::boot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

IpAddress ip(Text text) { return text.empty() ? IpAddress{} : *parse_ip(text); }

struct Given {
  Text address;  // empty: absent
  std::uint8_t prefix = 0;
  Text gateway;
  Text target;
};

LinkConfig config_of(const Given& given) {
  LinkConfig config;
  config.address = ip(given.address);
  config.prefix = given.prefix;
  config.gateway = ip(given.gateway);
  config.target = ip(given.target);
  return config;
}

// The changes as text; those on a VLAN start with "vlan: ".
std::vector<std::string> changes_of(const LinkConfig& config) {
  const auto plan = plan_network(config);
  EXPECT_TRUE(plan);
  std::vector<std::string> texts;
  for (const NetworkChange& change : plan->changes)
    texts.push_back((change.on == On::Vlan ? "vlan: " : "") + std::string{to_text(change).view()});
  return texts;
}
std::vector<std::string> changes(const Given& given) { return changes_of(config_of(given)); }

std::vector<std::string> notes(const Given& given) {
  const auto plan = plan_network(config_of(given));
  EXPECT_TRUE(plan);
  std::vector<std::string> texts;
  for (const NetworkNote note : plan->notes) texts.emplace_back(note);
  return texts;
}

TEST(NetworkPlan, GivesATargetOnTheLinkARouteOfItsOwn) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "", "10.0.2.2"}),
              ElementsAre("up", "address 10.0.2.15/24", "route to 10.0.2.2/32"));
  EXPECT_THAT(notes({"10.0.2.15", 24, "", "10.0.2.2"}), IsEmpty());
}

TEST(NetworkPlan, GoesThroughTheGatewayWhenTheTargetIsElsewhere) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "10.0.2.2", "192.0.2.7"}),
              ElementsAre("up", "address 10.0.2.15/24", "route to 192.0.2.7/32 via 10.0.2.2",
                          "route to 0.0.0.0/0 via 10.0.2.2"));
}

TEST(NetworkPlan, GoesStraightToATargetOnTheLinkAlthoughThereIsAGateway) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "10.0.2.1", "10.0.2.2"}),
              ElementsAre("up", "address 10.0.2.15/24", "route to 10.0.2.2/32",
                          "route to 0.0.0.0/0 via 10.0.2.1"));
}

TEST(NetworkPlan, ReachesAGatewayOffTheLinkByAHostRouteFirst) {
  EXPECT_THAT(
      changes({"10.0.2.15", 32, "172.16.0.1", "192.0.2.7"}),
      ElementsAre("up", "address 10.0.2.15/32", "route to 172.16.0.1/32",
                  "route to 192.0.2.7/32 via 172.16.0.1", "route to 0.0.0.0/0 via 172.16.0.1"));
}

TEST(NetworkPlan, HasOneRouteToATargetThatIsTheGateway) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "10.0.2.2", "10.0.2.2"}),
              ElementsAre("up", "address 10.0.2.15/24", "route to 10.0.2.2/32",
                          "route to 0.0.0.0/0 via 10.0.2.2"));
  EXPECT_THAT(changes({"10.0.2.15", 32, "172.16.0.1", "172.16.0.1"}),
              ElementsAre("up", "address 10.0.2.15/32", "route to 172.16.0.1/32",
                          "route to 0.0.0.0/0 via 172.16.0.1"));
}

TEST(NetworkPlan, TakesATargetToBeOnTheLinkWhenThereIsNoGateway) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "", "192.0.2.7"}),
              ElementsAre("up", "address 10.0.2.15/24", "route to 192.0.2.7/32"));
  EXPECT_THAT(notes({"10.0.2.15", 24, "", "192.0.2.7"}),
              ElementsAre("no gateway: the target is taken to be on the link"));
}

TEST(NetworkPlan, TreatsAddressZeroInBothItsFormsAsNoGateway) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "0.0.0.0", "10.0.2.2"}),
              ElementsAre("up", "address 10.0.2.15/24", "route to 10.0.2.2/32"));
}

TEST(NetworkPlan, DoesTheSameForIpv6) {
  EXPECT_THAT(changes({"fd00::15", 64, "fe80::1", "2001:db8::7"}),
              ElementsAre("up", "address fd00::15/64", "route to 2001:db8::7/128 via fe80::1",
                          "route to ::/0 via fe80::1"));
  EXPECT_THAT(changes({"fd00::15", 64, "", "fd00::2"}),
              ElementsAre("up", "address fd00::15/64", "route to fd00::2/128"));
}

TEST(NetworkPlan, SpeaksToALinkLocalTargetFromALinkLocalAddress) {
  const auto from_global = plan_network(config_of({"fd00::15", 64, "", "fe80::2"}));
  ASSERT_TRUE(from_global);
  EXPECT_TRUE(from_global->changes[3].source.is_absent());
  const auto from_link_local = plan_network(config_of({"fe80::15", 64, "", "fe80::2"}));
  ASSERT_TRUE(from_link_local);
  EXPECT_EQ(from_link_local->changes[2].source, ip("fe80::15"));
}

TEST(NetworkPlan, NeedsNoAddressForALinkLocalTarget) {
  EXPECT_THAT(changes({"", 0, "", "fe80::2"}),
              ElementsAre("link-local address", "up", "route to fe80::2/128"));
}

TEST(NetworkPlan, OnlyBringsTheLinkUpWithoutAnAddress) {
  EXPECT_THAT(changes({"", 0, "", "10.0.2.2"}), ElementsAre("up"));
  EXPECT_THAT(changes({"", 0, "", "2001:db8::7"}), ElementsAre("up"));
  EXPECT_THAT(changes({"", 0, "10.0.2.1", "10.0.2.2"}), ElementsAre("up"));
  EXPECT_THAT(notes({"", 0, "10.0.2.1", "10.0.2.2"}),
              ElementsAre("a gateway without an address of our own: not used"));
}

TEST(NetworkPlan, NeedsNoRouteToATargetOnThisMachine) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "", "127.0.0.1"}),
              ElementsAre("up", "address 10.0.2.15/24"));
}

TEST(NetworkPlan, LeavesOutAGatewayThatCannotBeOne) {
  EXPECT_THAT(changes({"10.0.2.15", 24, "10.0.2.15", "10.0.2.2"}),
              ElementsAre("up", "address 10.0.2.15/24", "route to 10.0.2.2/32"));
  EXPECT_THAT(notes({"10.0.2.15", 24, "10.0.2.15", "10.0.2.2"}),
              ElementsAre("the gateway is this NIC's own address: not used"));
  EXPECT_THAT(notes({"10.0.2.15", 24, "fe80::1", "10.0.2.2"}),
              ElementsAre("gateway and address are of two families: the gateway is not used"));
}

TEST(NetworkPlan, SetsAnAddressWithAnImpossiblePrefixAlone) {
  EXPECT_THAT(changes({"10.0.2.15", 0, "", "10.0.2.2"}),
              ElementsAre("up", "address 10.0.2.15/32", "route to 10.0.2.2/32"));
  EXPECT_THAT(changes({"10.0.2.15", 64, "10.0.2.1", "10.0.2.2"}),
              ElementsAre("up", "address 10.0.2.15/32", "route to 10.0.2.1/32",
                          "route to 10.0.2.2/32 via 10.0.2.1", "route to 0.0.0.0/0 via 10.0.2.1"));
  EXPECT_THAT(notes({"10.0.2.15", 64, "10.0.2.1", "10.0.2.2"}),
              ElementsAre("the table's prefix cannot be: the address is set without a subnet"));
}

TEST(NetworkPlan, PutsTheAddressOnTheVlanAndBringsItsParentUpFirst) {
  LinkConfig config = config_of({"10.0.2.15", 24, "", "10.0.2.2"});
  config.vlan = 42;
  config.mtu = 9000;
  EXPECT_THAT(changes_of(config),
              ElementsAre("MTU 9000", "up", "VLAN 42", "vlan: up", "vlan: address 10.0.2.15/24",
                          "vlan: route to 10.0.2.2/32"));
}

TEST(NetworkPlan, SpeaksToALinkLocalTargetFromTheVlan) {
  LinkConfig config = config_of({"fd00::15", 64, "", "fe80::2"});
  config.vlan = 42;
  EXPECT_THAT(changes_of(config),
              ElementsAre("up", "VLAN 42", "vlan: link-local address", "vlan: up",
                          "vlan: address fd00::15/64", "vlan: route to fe80::2/128"));
}

TEST(NetworkPlan, HasRoomForTheLongestPlan) {
  LinkConfig config = config_of({"10.0.2.15", 32, "172.16.0.1", "192.0.2.7"});
  config.vlan = 4094;
  config.mtu = 9000;
  EXPECT_EQ(changes_of(config).size(), 8U);
}

TEST(NetworkPlan, RefusesWhatNoNicCanHave) {
  const struct {
    const char* name;
    Given given;
    std::uint16_t vlan;
  } kRows[] = {
      {"two families", {"10.0.2.15", 24, "", "fd00::2"}, 0},
      {"reserved VLAN", {"10.0.2.15", 24, "", "10.0.2.2"}, 4095},
      {"multicast address", {"224.0.0.1", 24, "", "10.0.2.2"}, 0},
      {"loopback address", {"127.0.0.1", 8, "", "10.0.2.2"}, 0},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    LinkConfig config = config_of(row.given);
    config.vlan = row.vlan;
    const auto plan = plan_network(config);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, Errc::BadValue);
  }
}

}  // namespace
}  // namespace isboot::boot
