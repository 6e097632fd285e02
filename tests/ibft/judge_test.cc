#include "core/ibft/judge.h"

#include <gtest/gtest.h>

#include "tests/ibft/table_model.h"

namespace isboot::ibft::test {
namespace {

using Code = FindingCode;

struct Case {
  const char* name;
  void (*spoil)(Table& table);
  const char* found;  // all findings, "id@structure (field)", a space after each
};

std::string judged(const Table& table) {
  Findings findings;
  judge(table, findings);
  std::string text;
  for (const Finding& finding : findings)
    text += std::string{rule_of(finding.code).id} + "@" +
            std::string{to_text(finding.place()).view()} + " (" + finding.field + ") ";
  return text;
}

void expect_cases(std::span<const Case> cases) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    Table table = full_table(2);
    one.spoil(table);
    EXPECT_EQ(judged(table), one.found);
  }
}

const std::string kLong(224, 'x');
const std::string kLong256(256, 'x');

Nic& nic(Table& table) { return table.nics.items[0]; }
Target& target(Table& table) { return table.targets.items[0]; }

TEST(IbftJudge, SaysNothingOfAGoodTable) {
  for (const std::size_t pairs : {std::size_t{1}, std::size_t{2}, kMaxPairs})
    EXPECT_EQ(judged(full_table(pairs)), "");
}

constexpr Case kWhole[] = {
    {"no initiator", [](Table& t) { t.initiator.reset(); },
     "initiator-missing@control (initiator offset) "},
    {"no NIC", [](Table& t) { t.nics.count = 0; },
     "nic-missing@control (nic0 offset) nic-index-unknown@target0 (nic index) "
     "nic-index-unknown@target1 (nic index) "},
    {"no target", [](Table& t) { t.targets.count = 0; },
     "target-missing@control (target0 offset) "},
    {"nothing boot-selected", [](Table& t) { target(t).boot_selected = false; },
     "boot-target-missing@control (target0 offset) "},
    {"both boot-selected", [](Table& t) { t.targets.items[1].boot_selected = true; },
     "boot-target-several@target1 (flags) "},
    {"an initiator without a name", [](Table& t) { t.initiator->name = {}; },
     "name-missing@initiator (name) "},
    {"an initiator with another kind of name", [](Table& t) { t.initiator->name = "me"; },
     "name-format@initiator (name) "},
    {"an initiator that is selected, not valid", [](Table& t) { t.initiator->valid = false; },
     "block-not-valid@initiator (flags) "},
};
TEST(IbftJudge, TheTableAsAWhole) { expect_cases(kWhole); }

constexpr Case kNics[] = {
    {"selected, not valid", [](Table& t) { nic(t).valid = false; },
     "block-not-valid@nic0 (flags) "},
    {"MAC of zeros", [](Table& t) { nic(t).mac = {}; }, "mac-zero@nic0 (mac) "},
    {"MAC of a group", [](Table& t) { nic(t).mac.bytes[0] = 1; }, "mac-multicast@nic0 (mac) "},
    {"static without address",
     [](Table& t) {
       nic(t).origin = Origin::Manual;
       nic(t).address = {};
     },
     "address-missing@nic0 (address) "},
    {"DHCP without address, on the way to a target", [](Table& t) { nic(t).address = {}; },
     "address-missing@nic0 (address) "},
    {"DHCP without address, on the way to nothing",
     [](Table& t) {
       nic(t).address = {};
       target(t).valid = target(t).boot_selected = false;
       t.targets.items[1].boot_selected = true;
     },
     ""},
    {"no address, link-local target",
     [](Table& t) {
       nic(t).address = nic(t).gateway = {};
       target(t).address = *parse_ip("fe80::2");
     },
     ""},
    {"no address, routers advertise one",
     [](Table& t) {
       nic(t).address = nic(t).gateway = {};
       nic(t).origin = Origin::RouterAdvertisement;
       target(t).address = *parse_ip("fd00::2");
     },
     ""},
    {"no address, and DHCPv6 is not asked",
     [](Table& t) {
       nic(t).address = nic(t).gateway = {};
       target(t).address = *parse_ip("fd00::2");
     },
     "address-missing@nic0 (address) "},
    {"multicast address", [](Table& t) { nic(t).address = IpAddress::v4(224, 0, 0, 1); },
     "address-not-host@nic0 (address) gateway-outside@nic0 (gateway) "},
    {"loopback address",
     [](Table& t) {
       nic(t).address = IpAddress::v4(127, 0, 0, 1);
       nic(t).gateway = {};
       target(t).address = IpAddress::v4(127, 0, 0, 2);
     },
     "address-not-host@nic0 (address) address-not-host@target0 (address) "},
    // iPXE 1.21 with a target at fec0::2.
    {"the first bytes of an IPv6 address",
     [](Table& t) { target(t).address = IpAddress::v4(254, 192, 0, 0); },
     "address-reserved@target0 (address) "},
    {"prefix 0", [](Table& t) { nic(t).prefix = 0; }, "prefix-zero@nic0 (prefix) "},
    {"prefix 33", [](Table& t) { nic(t).prefix = 33; }, "prefix-too-long@nic0 (prefix) "},
    {"prefix 32 without gateway",
     [](Table& t) {
       nic(t).prefix = 32;
       nic(t).gateway = {};
     },
     "target-unreachable@target0 (address) "},
    {"IPv6 prefix 129", [](Table& t) { t.nics.items[1].prefix = 129; },
     "prefix-too-long@nic1 (prefix) "},
    {"gateway outside", [](Table& t) { nic(t).gateway = IpAddress::v4(10, 9, 0, 1); },
     "gateway-outside@nic0 (gateway) "},
    {"link-local IPv6 gateway", [](Table& t) { t.nics.items[1].gateway = *parse_ip("fe80::1"); },
     ""},
    {"origin 7", [](Table& t) { nic(t).origin = static_cast<Origin>(7); },
     "origin-unknown@nic0 (origin) "},
    {"VLAN 4095", [](Table& t) { nic(t).vlan = 4095; }, "vlan-range@nic0 (vlan) "},
    {"VLAN 4094", [](Table& t) { nic(t).vlan = 4094; }, ""},
    {"an empty place is not judged",
     [](Table& t) {
       Nic empty;
       empty.index = 2;
       (void)t.nics.push(empty);
     },
     ""},
};
TEST(IbftJudge, Nics) { expect_cases(kNics); }

constexpr Case kTargets[] = {
    {"a name of 224 bytes", [](Table& t) { target(t).name = kLong; },
     "text-too-long@target0 (name) "},
    {"a CHAP secret of 256 bytes", [](Table& t) { target(t).chap_secret = kLong256; },
     "text-too-long@target0 (chap secret) "},
    {"selected, not valid", [](Table& t) { target(t).valid = false; },
     "block-not-valid@target0 (flags) "},
    {"no name", [](Table& t) { target(t).name = {}; }, "name-missing@target0 (name) "},
    {"another kind of name", [](Table& t) { target(t).name = "disk"; },
     "name-format@target0 (name) "},
    {"no address", [](Table& t) { target(t).address = {}; }, "address-missing@target0 (address) "},
    {"port 0", [](Table& t) { target(t).port = 0; }, "port-zero@target0 (port) "},
    {"extended LUN", [](Table& t) { target(t).lun.bytes[0] = 0xd2; }, "lun-format@target0 (lun) "},
    {"a NIC that is not there", [](Table& t) { target(t).nic_index = 7; },
     "nic-index-unknown@target0 (nic index) "},
    {"a NIC that is not valid", [](Table& t) { nic(t).valid = nic(t).boot_selected = false; },
     "nic-not-valid@target0 (nic index) "},
    {"another family than its NIC", [](Table& t) { target(t).nic_index = 1; },
     "family-mismatch@target0 (address) "},
    {"outside, without a gateway",
     [](Table& t) {
       nic(t).gateway = {};
       target(t).address = IpAddress::v4(10, 9, 9, 9);
     },
     "target-unreachable@target0 (address) "},
};
TEST(IbftJudge, Targets) { expect_cases(kTargets); }

constexpr Case kChap[] = {
    {"type 3", [](Table& t) { target(t).chap = static_cast<ChapType>(3); },
     "chap-unknown@target0 (chap) "},
    {"no name", [](Table& t) { target(t).chap_name = {}; },
     "chap-name-missing@target0 (chap name) "},
    {"no secret", [](Table& t) { target(t).chap_secret = {}; },
     "chap-secret-missing@target0 (chap secret) "},
    {"mutual without its secret", [](Table& t) { target(t).reverse_chap_secret = {}; },
     "chap-secret-missing@target0 (reverse chap secret) "},
    {"mutual without the target's name", [](Table& t) { target(t).reverse_chap_name = {}; }, ""},
    {"RADIUS has the secrets",
     [](Table& t) {
       target(t).chap_name = target(t).chap_secret = target(t).reverse_chap_secret = {};
       target(t).radius_chap = target(t).radius_reverse_chap = true;
     },
     ""},
    {"type none with a secret",
     [](Table& t) {
       target(t).chap = ChapType::None;
       target(t).reverse_chap_name = target(t).reverse_chap_secret = target(t).chap_name = {};
     },
     "chap-unused@target0 (chap secret) "},
    {"one-way with a reverse secret",
     [](Table& t) {
       target(t).chap = ChapType::Chap;
       target(t).reverse_chap_name = {};
     },
     "chap-unused@target0 (reverse chap secret) "},
};
TEST(IbftJudge, Chap) { expect_cases(kChap); }

TEST(IbftJudge, GivesTheOffsetOfTheField) {
  Table table = full_table(1);
  table.nics.items[0].offset = 160;
  table.nics.items[0].prefix = 33;
  Findings findings;
  judge(table, findings);
  EXPECT_EQ(findings[0].offset, 160U + 22U);
}

}  // namespace
}  // namespace isboot::ibft::test
