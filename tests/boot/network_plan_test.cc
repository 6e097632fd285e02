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
              ElementsAre("address fd00::15/64", "up", "route to 2001:db8::7/128 via fe80::1",
                          "route to ::/0 via fe80::1"));
  EXPECT_THAT(changes({"fd00::15", 64, "", "fd00::2"}),
              ElementsAre("address fd00::15/64", "up", "route to fd00::2/128"));
}

TEST(NetworkPlan, SpeaksToALinkLocalTargetFromALinkLocalAddress) {
  const auto from_global = plan_network(config_of({"fd00::15", 64, "", "fe80::2"}));
  ASSERT_TRUE(from_global);
  EXPECT_TRUE(from_global->changes[3].source.is_absent());
  const auto from_link_local = plan_network(config_of({"fe80::15", 64, "", "fe80::2"}));
  ASSERT_TRUE(from_link_local);
  EXPECT_EQ(from_link_local->changes[2].source, ip("fe80::15"));
}

TEST(NetworkPlan, SetsAnIpv6AddressBeforeTheKernelCanMakeTheSame) {
  EXPECT_THAT(changes({"fe80::15", 64, "", "fec0::2"}),
              ElementsAre("address fe80::15/64", "up", "route to fec0::2/128"));
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
              ElementsAre("up", "VLAN 42", "vlan: link-local address", "vlan: address fd00::15/64",
                          "vlan: up", "vlan: route to fe80::2/128"));
}

LinkConfig advertised(const Given& given) {
  LinkConfig config = config_of(given);
  config.advertised = true;
  return config;
}

Advertised seen(Text address, Text router) {
  return {ip(address), static_cast<std::uint8_t>(address.empty() ? 0 : 64), ip(router)};
}

TEST(NetworkPlan, HeedsRoutersBeforeTheLinkIsUpAndWaitsForWhatTheTableLacks) {
  const struct {
    const char* name;
    Given given;
    bool waits;
  } kRows[] = {
      {"no address", {"", 0, "", "2001:db8::7"}, true},
      {"no address, but a gateway", {"", 0, "fe80::1", "2001:db8::7"}, true},
      {"no gateway", {"fd00::15", 64, "", "2001:db8::7"}, true},
      {"everything", {"fd00::15", 64, "fe80::1", "2001:db8::7"}, false},
      {"target on the link", {"fd00::15", 64, "", "fd00::2"}, false},
      {"link-local target", {"", 0, "", "fe80::2"}, false},
      {"IPv4 target", {"10.0.2.15", 24, "", "192.0.2.7"}, false},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto plan = plan_network(advertised(row.given));
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->awaits_advertisement, row.waits);
    EXPECT_EQ(to_text(plan->changes[0]).view(), "heed router advertisements");
    EXPECT_EQ(plan->notes.empty(), row.given.target != "192.0.2.7");
  }
}

TEST(NetworkPlan, SetsTheAddressThatTheTableNamesAtOnce) {
  EXPECT_THAT(changes_of(advertised({"fd00::15", 64, "", "2001:db8::7"})),
              ElementsAre("heed router advertisements", "address fd00::15/64", "up"));
}

TEST(NetworkPlan, RoutesTheTargetWhenAnAdvertisementHasCome) {
  const struct {
    const char* name;
    Given given;
    Advertised seen;
    const char* route;  // nullptr: not enough
    const char* source;
  } kRows[] = {
      {"all",
       {"", 0, "", "2001:db8::7"},
       seen("fd00:1::15", "fe80::1"),
       "route to 2001:db8::7/128 via fe80::1",
       "fd00:1::15"},
      {"target on the link",
       {"", 0, "", "fd00:1::7"},
       seen("fd00:1::15", ""),
       "route to fd00:1::7/128",
       "fd00:1::15"},
      {"router for the table's address",
       {"fd00::15", 64, "", "2001:db8::7"},
       seen("fd00:1::15", "fe80::1"),
       "route to 2001:db8::7/128 via fe80::1",
       "fd00::15"},
      {"address for the table's gateway",
       {"", 0, "fe80::9", "2001:db8::7"},
       seen("fd00:1::15", "fe80::1"),
       "route to 2001:db8::7/128 via fe80::9",
       "fd00:1::15"},
      {"no address", {"", 0, "", "2001:db8::7"}, seen("", "fe80::1"), nullptr, ""},
      {"no router", {"", 0, "", "2001:db8::7"}, seen("fd00:1::15", ""), nullptr, ""},
      {"nothing", {"fd00::15", 64, "", "2001:db8::7"}, seen("", ""), nullptr, ""},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto plan = plan_advertised(advertised(row.given), row.seen);
    ASSERT_EQ(plan.has_value(), row.route != nullptr);
    if (!plan) continue;
    ASSERT_EQ(plan->changes.count, 1U);
    EXPECT_EQ(to_text(plan->changes[0]).view(), row.route);
    EXPECT_EQ(plan->changes[0].source, ip(row.source));
  }
}

TEST(NetworkPlan, KeepsAnIpv4NicApartOnTheLinkThatHasTheAddress) {
  LinkConfig config = config_of({"10.0.2.15", 24, "", "10.0.2.2"});
  config.apart = true;
  EXPECT_THAT(changes_of(config), ElementsAre("keep apart from other NICs", "up",
                                              "address 10.0.2.15/24", "route to 10.0.2.2/32"));
  config.vlan = 42;
  EXPECT_THAT(changes_of(config),
              ElementsAre("up", "VLAN 42", "vlan: keep apart from other NICs", "vlan: up",
                          "vlan: address 10.0.2.15/24", "vlan: route to 10.0.2.2/32"));
  // IPv6 answers for the addresses of a link on that link alone.
  LinkConfig v6 = config_of({"fd00::15", 64, "", "fd00::2"});
  v6.apart = true;
  EXPECT_THAT(changes_of(v6), ElementsAre("address fd00::15/64", "up", "route to fd00::2/128"));
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
