#include "core/boot/plan.h"

#include <gtest/gtest.h>

#include "core/ibft/decode.h"
#include "testing/fixture.h"

namespace isboot::boot {
namespace {

class PlanTest : public ::testing::Test {
protected:
  PlanTest() : bytes_{testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-uefi-virtio-nochap.bin")} {
    ibft::Findings findings;
    EXPECT_TRUE(ibft::decode(bytes_, table_, findings));
  }
  Result<Done> make() { return make_plan(table_, parameters_, plan_); }

  std::vector<std::uint8_t> bytes_;
  ibft::Table table_;
  Parameters parameters_;
  Plan plan_;
};

TEST_F(PlanTest, SaysWhatTheTableSays) {
  ASSERT_TRUE(make());
  ASSERT_EQ(plan_.count, 1U);
  const Path& path = plan_[0];
  EXPECT_EQ(path.nic.mac, *parse_mac("52:54:00:12:34:56"));
  EXPECT_EQ(path.link.address, IpAddress::v4(10, 0, 2, 15));
  EXPECT_EQ(path.link.prefix, 24);
  EXPECT_EQ(path.link.gateway, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(path.link.target, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(path.link.vlan, 0);
  EXPECT_EQ(path.link.mtu, 0U);
  EXPECT_EQ(path.origin, ibft::Origin::Dhcp);
  EXPECT_EQ(path.portal, (Portal{IpAddress::v4(10, 0, 2, 2), 3260}));
  EXPECT_EQ(path.lun.number(), 1);
  EXPECT_EQ(path.login.initiator_name.view(), "iqn.2026-11.org.example:spike-initiator");
  EXPECT_EQ(path.login.target_name.view(), "iqn.2026-11.org.example:spike");
  EXPECT_TRUE(path.login.credentials.secret.empty());
  EXPECT_NE(Text{path.reason}, "");
}

TEST_F(PlanTest, LetsParametersOverrideTheTable) {
  parameters_.vlan = 42;
  parameters_.mtu = 9000;
  parameters_.header_digest = true;
  (void)parameters_.nic.assign("02:00:00:00:00:01");
  (void)parameters_.initiator.assign("iqn.2026-11.org.example:other");
  ASSERT_TRUE(make());
  EXPECT_EQ(plan_[0].link.vlan, 42);
  EXPECT_EQ(plan_[0].link.mtu, 9000U);
  EXPECT_EQ(plan_[0].nic.mac, *parse_mac("02:00:00:00:00:01"));
  EXPECT_TRUE(plan_[0].login.header_digest);
  EXPECT_FALSE(plan_[0].login.data_digest);
  EXPECT_EQ(plan_[0].login.initiator_name.view(), "iqn.2026-11.org.example:other");
}

TEST_F(PlanTest, TakesCredentialsAsTheChapTypeSays) {
  ibft::Target& target = table_.targets.items[0];
  target.chap_name = "us";
  target.chap_secret = "ours";
  target.reverse_chap_name = "them";
  target.reverse_chap_secret = "theirs";
  for (const auto type : {ibft::ChapType::Chap, ibft::ChapType::None}) {  // none: it was forgotten
    target.chap = type;
    ASSERT_TRUE(make());
    EXPECT_EQ(as_text(plan_[0].login.credentials.secret.reveal()), "ours");
    EXPECT_TRUE(plan_[0].login.credentials.reverse_secret.empty());
  }
  target.chap = ibft::ChapType::Mutual;
  ASSERT_TRUE(make());
  EXPECT_EQ(plan_[0].login.credentials.reverse_name.view(), "them");
  EXPECT_EQ(as_text(plan_[0].login.credentials.reverse_secret.reveal()), "theirs");
}

TEST_F(PlanTest, LeavesWhatIsNoNameAndSecretToAChapTypeThatUsesIt) {
  ibft::Target& target = table_.targets.items[0];
  const std::string too_long(256, 's');
  target.chap_secret = "ours";
  ASSERT_TRUE(make());
  target.chap_name = "us";
  target.chap_secret = too_long;
  ASSERT_TRUE(make());
  EXPECT_FALSE(plan_[0].login.credentials.one_way());
}

TEST_F(PlanTest, TakesTheNicByNameOrByItsPlaceOnPci) {
  ASSERT_TRUE(make());
  EXPECT_EQ(plan_[0].nic.pci, 0x10);
  (void)parameters_.nic.assign("eth1");
  ASSERT_TRUE(make());
  EXPECT_EQ(plan_[0].nic.name.view(), "eth1");
  EXPECT_TRUE(plan_[0].nic.mac.is_zero());
  (void)parameters_.nic.assign("a-name-that-is-too-long");
  EXPECT_FALSE(make());
}

TEST_F(PlanTest, GoesToTheUrlInPlaceOfTheTablesTarget) {
  ibft::Target& target = table_.targets.items[0];
  target.chap = ibft::ChapType::Chap;
  target.chap_secret = "ours";
  (void)parameters_.url.assign("iscsi:10.9.0.1::3261:7:iqn.2026-11.org.example:other");
  ASSERT_TRUE(make());
  ASSERT_EQ(plan_.count, 1U);
  EXPECT_EQ(plan_[0].portal, (Portal{IpAddress::v4(10, 9, 0, 1), 3261}));
  EXPECT_EQ(plan_[0].link.target, IpAddress::v4(10, 9, 0, 1));
  EXPECT_EQ(plan_[0].lun.number(), 7);
  EXPECT_EQ(plan_[0].login.target_name.view(), "iqn.2026-11.org.example:other");
  EXPECT_EQ(plan_[0].nic.mac, *parse_mac("52:54:00:12:34:56"));
  EXPECT_TRUE(plan_[0].login.credentials.secret.empty());  // they are another target's
}

TEST_F(PlanTest, KeepsTheCredentialsWhenTheUrlOnlyMovesTheTarget) {
  ibft::Target& target = table_.targets.items[0];
  target.chap = ibft::ChapType::Chap;
  target.chap_secret = "ours";
  (void)parameters_.url.assign("iscsi:10.9.0.1::::iqn.2026-11.org.example:spike");
  ASSERT_TRUE(make());
  EXPECT_EQ(as_text(plan_[0].login.credentials.secret.reveal()), "ours");
}

TEST_F(PlanTest, NamesWhatIsWrongWithTheUrl) {
  (void)parameters_.url.assign("http://example");
  EXPECT_FALSE(make());
}

TEST_F(PlanTest, LeavesAServersNameToBeLookedUpByTheTablesServers) {
  table_.nics.items[0].dns[0] = IpAddress::v4(10, 0, 2, 3);
  (void)parameters_.url.assign("iscsi:storage.example::3261:1:iqn.2026-11.org.example:spike");
  ASSERT_TRUE(make());
  ASSERT_EQ(plan_.count, 1U);
  EXPECT_EQ(plan_[0].host.view(), "storage.example");
  EXPECT_TRUE(plan_[0].portal.address.is_absent());
  EXPECT_TRUE(plan_[0].link.target.is_absent());
  EXPECT_EQ(plan_[0].portal.port, 3261U);
  EXPECT_EQ(plan_[0].dns[0], IpAddress::v4(10, 0, 2, 3));
}

struct Lack {
  const char* name;
  void (*spoil)(ibft::Table&);
  PlanErrc code;
  std::uint32_t offset;
};

TEST_F(PlanTest, NamesWhatTheTableLacks) {
  constexpr Lack kLacks[] = {
      {"target address", [](ibft::Table& t) { t.targets.items[0].address = {}; },
       PlanErrc::NoTarget, 0x180},
      {"NIC address", [](ibft::Table& t) { t.nics.items[0].address = {}; }, PlanErrc::NoAddress,
       0xa0},
      {"target name", [](ibft::Table& t) { t.targets.items[0].name = {}; }, PlanErrc::NoTarget,
       0x180},
      {"initiator", [](ibft::Table& t) { t.initiator.reset(); }, PlanErrc::NoInitiatorName, 0},
      {"NIC", [](ibft::Table& t) { t.nics.count = 0; }, PlanErrc::NoNic, 0x180},
      {"target", [](ibft::Table& t) { t.targets.count = 0; }, PlanErrc::NoTarget, 0x30},
  };
  const ibft::Table good = table_;
  for (const Lack& lack : kLacks) {
    SCOPED_TRACE(lack.name);
    table_ = good;
    lack.spoil(table_);
    const auto made = make();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, lack.code);
    EXPECT_EQ(made.error().offset, lack.offset);
    EXPECT_TRUE(plan_.empty());
  }
}

TEST_F(PlanTest, KeepsTheGoodPathWhenAnotherIsIncompleteAndSaysWhatThatLacks) {
  table_.targets.push(table_.targets[0]);
  table_.targets.push(table_.targets[0]);
  table_.targets.push(table_.targets[0]);
  table_.targets.items[1].name = {};
  table_.targets.items[2].valid = table_.targets.items[2].boot_selected = false;
  table_.targets.items[3].nic_index = 1;
  ibft::Nic without_address = table_.nics[0];
  without_address.index = 1;
  without_address.address = {};
  table_.nics.push(without_address);
  LeftOuts left_out;
  ASSERT_TRUE(make_plan(table_, parameters_, plan_, &left_out));
  EXPECT_EQ(plan_.count, 1U);
  EXPECT_EQ(plan_[0].target_index, 0);
  const struct {
    std::uint8_t target;
    Text reason;
    bool wanted;
  } kExpected[] = {{3, "the NIC has no address", true},
                   {1, "it has no name", true},
                   {2, "it is neither valid nor boot-selected", false}};
  ASSERT_EQ(left_out.count, std::size(kExpected));
  for (std::size_t i = 0; i < left_out.count; ++i) {
    EXPECT_EQ(left_out[i].target_index, kExpected[i].target);
    EXPECT_EQ(Text{left_out[i].reason}, kExpected[i].reason);
    EXPECT_EQ(left_out[i].wanted, kExpected[i].wanted);
  }
}

TEST_F(PlanTest, LeavesAddressesToARouterWhereFirmwareGotThemFromOne) {
  table_.nics.items[0].origin = ibft::Origin::RouterAdvertisement;
  ASSERT_TRUE(make());
  EXPECT_FALSE(plan_[0].link.advertised);  // in IPv4 nobody advertises
  table_.targets.items[0].address = *parse_ip("2001:db8::7");
  table_.nics.items[0].address = {};
  ASSERT_TRUE(make());
  EXPECT_TRUE(plan_[0].link.advertised);
}

// iPXE that logs in by IPv6 leaves the lease that it has by IPv4, and no address of the target.
TEST_F(PlanTest, LeavesTheAddressToARouterWhereTheTablesIsOfTheOtherFamily) {
  table_.nics.items[0].origin = ibft::Origin::Dhcp;
  (void)parameters_.url.assign("iscsi:[2001:db8::7]::3260:1:iqn.2026-11.org.example:other");
  ASSERT_TRUE(make());
  EXPECT_TRUE(plan_[0].link.advertised);
  EXPECT_TRUE(plan_[0].link.address.is_absent());
  EXPECT_TRUE(plan_[0].link.gateway.is_absent());
  EXPECT_EQ(plan_[0].origin, ibft::Origin::RouterAdvertisement);
}

TEST_F(PlanTest, NeedsNoAddressForALinkLocalTarget) {
  table_.nics.items[0].address = {};
  table_.targets.items[0].address = *parse_ip("fe80::2");
  EXPECT_TRUE(make());
}

TEST_F(PlanTest, KeepsNicsApartThatCouldBeTakenForOneAnother) {
  const struct {
    const char* name;
    const char* address;  // of the second NIC; the first has 10.0.2.15/24
    const char* target;   // of the second; the first has 10.0.2.2
    std::uint16_t vlan;
    bool apart;
  } kRows[] = {
      {"one subnet", "10.0.2.16", "10.0.2.3", 0, true},
      {"one target", "10.0.3.15", "10.0.2.2", 0, true},
      {"nothing in common", "10.0.3.15", "10.0.3.2", 0, false},
      {"one subnet's numbers in another VLAN", "10.0.2.16", "10.0.2.3", 7, false},
      {"another family", "fd00::15", "fd00::2", 0, false},
  };
  const ibft::Table one = table_;
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    table_ = one;
    ibft::Nic nic = table_.nics[0];
    nic.index = 1;
    nic.mac.bytes[5] = 0x99;
    nic.address = *parse_ip(row.address);
    nic.vlan = row.vlan;
    table_.nics.push(nic);
    ibft::Target target = table_.targets[0];
    target.nic_index = 1;
    target.address = *parse_ip(row.target);
    table_.targets.push(target);
    ASSERT_TRUE(make());
    ASSERT_EQ(plan_.count, 2U);
    EXPECT_EQ(plan_[0].link.apart, row.apart);
    EXPECT_EQ(plan_[1].link.apart, row.apart);
  }
  (void)parameters_.nic.assign("eth0");  // then there is only one
  table_.targets.items[1].address = table_.targets[0].address;
  ASSERT_TRUE(make());
  EXPECT_FALSE(plan_[0].link.apart);
}

TEST_F(PlanTest, KeepsOnePathsTwoTargetsOnOneNicTogether) {
  ibft::Target target = table_.targets[0];
  target.name = "iqn.2026-11.org.example:other";
  table_.targets.push(target);
  ASSERT_TRUE(make());
  EXPECT_FALSE(plan_[0].link.apart);
}

TEST_F(PlanTest, TriesWhatFirmwareSelectedAtTheSameTimeAndTheRestOneByOne) {
  for (const bool selected : {true, false, false}) {
    ibft::Target target = table_.targets[0];
    target.boot_selected = selected;
    table_.targets.push(target);
  }
  ASSERT_TRUE(make());
  ASSERT_EQ(plan_.count, 4U);
  EXPECT_EQ(paths_at_once(plan_, 0, 4), 2U);
  EXPECT_EQ(paths_at_once(plan_, 0, 1), 1U);  // isboot.paths=first
  EXPECT_EQ(paths_at_once(plan_, 2, 4), 1U);
  EXPECT_EQ(paths_at_once(plan_, 3, 4), 1U);
}

}  // namespace
}  // namespace isboot::boot
