#include "core/boot/tableless.h"

#include <gtest/gtest.h>

#include <string>

#include "core/boot/plan.h"

namespace isboot::boot {
namespace {

constexpr Text kUrl = "isboot.url=iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk ";

class TablelessTest : public ::testing::Test {
protected:
  void read(const std::string& command_line) {
    line_ = command_line;
    warnings_ = {};
    wanted_ = read_tableless(line_, warnings_);
    (void)wanted_.initiator.assign("iqn.2026-11.org.example:me");
    std::uint8_t last = 0;
    for (IpParameter& nic : wanted_.nics) nic.mac = {{2, 0, 0, 0, 0, ++last}};
  }
  // The plan that follows from what was read.
  Plan plan() {
    const auto table = make_table(wanted_, credentials_);
    EXPECT_TRUE(table);
    Plan plan;
    const auto made = make_plan(*table, {}, plan);
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    return plan;
  }

  std::string line_;
  ParameterWarnings warnings_;
  Tableless wanted_;
  iscsi::Credentials credentials_;
};

TEST_F(TablelessTest, UrlAndStaticAddressAreAPath) {
  read(std::string{kUrl} + "ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:none");
  EXPECT_TRUE(warnings_.empty());
  const Plan path = plan();
  ASSERT_EQ(path.count, 1U);
  EXPECT_EQ(path[0].portal, (Portal{IpAddress::v4(10, 0, 2, 2), 3260}));
  EXPECT_EQ(path[0].link.address, IpAddress::v4(10, 0, 2, 15));
  EXPECT_EQ(path[0].link.gateway, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(path[0].origin, ibft::Origin::Manual);
  EXPECT_EQ(path[0].nic.mac, wanted_.nics[0].mac);
  EXPECT_EQ(path[0].login.target_name.view(), "iqn.2026-11.org.example:disk");
  EXPECT_EQ(path[0].login.initiator_name.view(), "iqn.2026-11.org.example:me");
  EXPECT_TRUE(path[0].boot_selected);
}

TEST_F(TablelessTest, SeveralUrlsArePathsAtTheSameTimeEachByTheNicOfItsSubnet) {
  read(std::string{kUrl} +
       "isboot.url=iscsi:10.0.3.2:::1:iqn.2026-11.org.example:disk "
       "isboot.url=iscsi:192.0.2.7:::1:iqn.2026-11.org.example:disk "
       "isboot.url=iscsi:[fec0::2]:::1:iqn.2026-11.org.example:disk "
       "ip=10.0.2.15:::24::eth0:none ip=10.0.3.15::10.0.3.2:24::eth1:none ip=eth2:auto6");
  const Plan paths = plan();
  ASSERT_EQ(paths.count, 4U);
  EXPECT_EQ(paths[0].nic_index, 0);
  EXPECT_EQ(paths[1].nic_index, 1);
  EXPECT_EQ(paths[2].nic_index, 1);  // the one with a gateway
  EXPECT_EQ(paths[3].nic_index, 2);
  EXPECT_TRUE(paths[3].link.advertised);
  EXPECT_EQ(paths_at_once(paths, 0, paths.count), 4U);
}

TEST_F(TablelessTest, CredentialsAreTheTargets) {
  read(std::string{kUrl} + "ip=10.0.2.15:::24");
  (void)credentials_.name.assign("us");
  (void)credentials_.secret.assign(as_bytes("not-a-secret-1"));
  EXPECT_EQ(plan()[0].login.credentials.name.view(), "us");
  EXPECT_FALSE(plan()[0].login.credentials.mutual());
  (void)credentials_.reverse_secret.assign(as_bytes("not-a-secret-2"));
  EXPECT_TRUE(plan()[0].login.credentials.mutual());
}

TEST_F(TablelessTest, UnderstandsDracut) {
  read(
      "netroot=iscsi:10.0.3.2::3261:default:eth1:2:iqn.2026-11.org.example:disk "
      "rd.iscsi.initiator=iqn.2026-11.org.example:named ip=10.0.2.15::10.0.2.2:24::eth0:none "
      "ip=10.0.9.15:::24::eth1:none rd.iscsi.firmware=1");
  EXPECT_TRUE(warnings_.empty());
  const Plan path = plan();
  EXPECT_EQ(path[0].portal.port, 3261);
  EXPECT_EQ(path[0].lun.number(), 2);
  EXPECT_EQ(path[0].nic_index, 1);
  ParameterWarnings warnings;
  EXPECT_EQ(read_tableless(line_, warnings).initiator.view(), "iqn.2026-11.org.example:named");
  read(
      "rd.iscsi.target.name=iqn.2026-11.org.example:disk rd.iscsi.target.ip=[fec0::2] "
      "rd.iscsi.target.port=3262 ip=auto6");
  EXPECT_EQ(plan()[0].portal, (Portal{*parse_ip("fec0::2"), 3262}));
}

// The address is looked up once the NIC is there.
TEST_F(TablelessTest, TakesAServersNameThroughTheNicThatIsNamedOrHasAGateway) {
  read(
      "isboot.url=iscsi:a.name.example:::1:iqn.2026-11.org.example:disk "
      "netroot=iscsi:b.example::::eth0:1:iqn.2026-11.org.example:disk "
      "rd.iscsi.target.name=iqn.2026-11.org.example:disk rd.iscsi.target.ip=c.example "
      "ip=10.0.3.15:::24::eth0:none ip=10.0.2.15::10.0.2.2:24::eth1:none:10.0.2.3");
  EXPECT_TRUE(warnings_.empty());
  ASSERT_EQ(wanted_.targets.count, 3U);
  const auto table = make_table(wanted_, credentials_);
  ASSERT_TRUE(table);
  const char* const hosts[] = {"a.name.example", "b.example", "c.example"};
  const std::uint8_t nics[] = {1, 0, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(table->targets[i].host, hosts[i]);
    EXPECT_TRUE(table->targets[i].address.is_absent());
    EXPECT_EQ(table->targets[i].nic_index, nics[i]);
  }
  const Plan paths = plan();
  ASSERT_EQ(paths.count, 3U);
  EXPECT_EQ(paths[0].host.view(), "a.name.example");
  EXPECT_EQ(paths[0].dns[0], IpAddress::v4(10, 0, 2, 3));
}

// Never an address and a name: which of them is the server?
TEST_F(TablelessTest, TheLastServerThatDracutsWordsNameCounts) {
  const std::string name = "rd.iscsi.target.name=iqn.2026-11.org.example:disk ";
  read(name + "rd.iscsi.target.ip=c.example rd.iscsi.target.ip=[2001:db8::1]");
  ASSERT_EQ(wanted_.targets.count, 1U);
  EXPECT_TRUE(wanted_.targets[0].url.host.empty());
  EXPECT_FALSE(wanted_.targets[0].url.portal.address.is_absent());
  read(name + "rd.iscsi.target.ip=10.0.2.2 rd.iscsi.target.ip=c.example");
  ASSERT_EQ(wanted_.targets.count, 1U);
  EXPECT_EQ(wanted_.targets[0].url.host.view(), "c.example");
  EXPECT_TRUE(wanted_.targets[0].url.portal.address.is_absent());
  read(name + "rd.iscsi.target.ip=[c.example");
  EXPECT_EQ(wanted_.targets.count, 0U) << "half a bracket is no name";
}

TEST_F(TablelessTest, NamesWhatIsNotUsed) {
  read(
      "netroot=iscsi:user:secret@10.0.2.2::::iqn.2026-11.org.example:disk rd.iscsi.password=x "
      "rd.iscsi.param=node.x=1 isboot.url=nonsense ip=nonsense rd.iscsi.target.ip=10.0.2.2 "
      "isboot.url=iscsi:10.0.0.300:::1:iqn.2026-11.org.example:disk netroot=nfs:/x root=dhcp");
  // What is wrong with an isboot.url= parse_command_line() has said.
  const char* const names[] = {"netroot", "rd.iscsi.password", "rd.iscsi.param", "ip",
                               "rd.iscsi.target.ip"};
  ASSERT_EQ(warnings_.count, std::size(names));
  for (std::size_t i = 0; i < std::size(names); ++i) EXPECT_EQ(warnings_[i].name, names[i]);
  EXPECT_EQ(warnings_[0].value, "(hidden)");
  EXPECT_EQ(warnings_[1].value, "(hidden)");
  EXPECT_EQ(warnings_[3].value, "nonsense");
  EXPECT_EQ(wanted_.targets.count, 1U);
}

TEST_F(TablelessTest, IsAskedByATargetThatCannotBeUsedToo) {
  for (const char* line :
       {"isboot.url=nonsense", "isboot.url=iscsi:a..name:::1:iqn.2026-11.org.example:disk",
        "netroot=iscsi:nonsense", "rd.iscsi.target.name=iqn.2026-11.org.example:disk"}) {
    read(line);
    EXPECT_TRUE(wanted_.asked) << line;
    EXPECT_TRUE(wanted_.targets.empty()) << line;
  }
  for (const char* line : {"netroot=iscsi", "netroot=nfs:/x", "rd.iscsi.firmware=1", "ip=dhcp"}) {
    read(line);
    EXPECT_FALSE(wanted_.asked) << line;
  }
}

TEST_F(TablelessTest, AGuessedNetmaskIsTold) {
  read(std::string{kUrl} + "ip=10.0.2.15::10.0.2.2");
  ASSERT_EQ(warnings_.count, 1U);
  EXPECT_EQ(to_text(warnings_[0]).view().substr(0, 35), "parameter ip=10.0.2.15::10.0.2.2: t");
  EXPECT_EQ(plan()[0].link.prefix, 8);
}

TEST_F(TablelessTest, ALinkInAUrlIsTheNicToItsTarget) {
  read(
      "isboot.url=iscsi:[fe80::2%eth1]:::1:iqn.2026-11.org.example:disk ip=eth0:auto6 "
      "ip=eth1:auto6");
  EXPECT_EQ(plan()[0].nic_index, 1);
}

TEST_F(TablelessTest, SaysWhatIsMissing) {
  const auto lacks = [this](Text what) {
    const auto table = make_table(wanted_, credentials_);
    return !table && Text{table.error().text}.find(what) != Text::npos;
  };
  read("ip=10.0.2.15:::24");
  EXPECT_TRUE(lacks("isboot.url="));
  read(std::string{kUrl});
  EXPECT_TRUE(lacks("ip="));
  read(std::string{kUrl} + "ip=10.0.2.15:::24");
  wanted_.initiator.clear();
  EXPECT_TRUE(lacks("isboot.initiator="));
}

TEST(NameFromUuid, IsTheSameInEitherCase) {
  const auto name = name_from_uuid("C0FFEE00-1234-5678-9ABC-DEF012345678");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->view(), "iqn.2026-11.invalid.isboot:uuid:c0ffee00-1234-5678-9abc-def012345678");
  EXPECT_EQ(*name, *name_from_uuid("c0ffee00-1234-5678-9abc-def012345678"));
}

TEST(NameFromUuid, RefusesWhatIsNoName) {
  for (const char* uuid :
       {"", "Not Settable", "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "c0ffee00-1234-5678-9abc-def01234567g",
        "c0ffee001234567-89abc-def012345678-x"})
    EXPECT_FALSE(name_from_uuid(uuid)) << uuid;
}

}  // namespace
}  // namespace isboot::boot
