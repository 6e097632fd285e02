#include "app/table/export_table.h"

#include <gtest/gtest.h>

#include "core/ibft/decode.h"
#include "tests/linux/keeper/records.h"

namespace isboot::app {
namespace {

using linux_platform::SessionRecord;

class ExportTable : public ::testing::Test {
protected:
  void make(std::span<const SessionRecord> sessions) {
    const auto bytes = table_of_sessions(sessions, buffer_);
    ASSERT_TRUE(bytes) << bytes.error().text;
    ASSERT_TRUE(ibft::decode(*bytes, table_, findings_));
  }

  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(ibft::kMaxEncoded);
  ibft::Table table_;
  ibft::Findings findings_;
};

TEST_F(ExportTable, LeadsToEachSessionByTheNicThatItHas) {
  std::vector<SessionRecord> sessions{linux_platform::full_record(), linux_platform::full_record()};
  sessions[1].kernel.portal.address = IpAddress::v4(10, 0, 3, 2);
  sessions[1].nic->config.address = IpAddress::v4(10, 0, 3, 15);
  make(sessions);
  EXPECT_TRUE(table_.checksum_ok);
  EXPECT_EQ(table_.initiator->name, "iqn.2026-11.org.example:host");
  ASSERT_EQ(table_.targets.count, 2U);
  const ibft::Nic& nic = table_.nics[1];
  EXPECT_TRUE(nic.valid && nic.boot_selected);
  EXPECT_EQ(nic.mac, sessions[1].nic->nic.mac);
  EXPECT_EQ(nic.address, sessions[1].nic->config.address);
  EXPECT_EQ(nic.prefix, 24);
  EXPECT_EQ(nic.gateway, sessions[1].nic->config.gateway);
  EXPECT_EQ(nic.vlan, 42);
  const ibft::Target& target = table_.targets[1];
  EXPECT_TRUE(target.valid && target.boot_selected);
  EXPECT_EQ(target.address, sessions[1].kernel.portal.address);
  EXPECT_EQ(target.port, 3261);
  EXPECT_EQ(target.lun.bytes, sessions[1].lun.bytes);
  EXPECT_EQ(target.nic_index, 1);
  EXPECT_EQ(target.name, "iqn.2026-11.org.example:disk");
}

TEST_F(ExportTable, SaysWhereTheAddressCameFrom) {
  for (const ibft::Origin origin :
       {ibft::Origin::Manual, ibft::Origin::Dhcp, ibft::Origin::RouterAdvertisement}) {
    std::vector<SessionRecord> sessions{linux_platform::full_record()};
    sessions[0].origin = origin;
    std::array<std::uint8_t, linux_platform::kMaxRecord> record{};
    const auto kept = encode(sessions[0], linux_platform::Secrets::Leave, record);
    ASSERT_TRUE(kept);
    SessionRecord restored;  // as from the keeper's state file
    ASSERT_TRUE(decode(*kept, restored));
    make({&restored, 1});
    EXPECT_EQ(table_.nics[0].origin, origin);
  }
}

TEST_F(ExportTable, CarriesTheSecretsThatTheNextLoginNeeds) {
  std::vector<SessionRecord> sessions{linux_platform::full_record()};
  make(sessions);
  EXPECT_EQ(table_.targets[0].chap, ibft::ChapType::Mutual);
  EXPECT_EQ(table_.targets[0].chap_name, "host");
  EXPECT_EQ(table_.targets[0].chap_secret, "twelve bytes or more");
  EXPECT_EQ(table_.targets[0].reverse_chap_secret, "another long secret");
  sessions[0].login.credentials = {};
  make(sessions);
  EXPECT_EQ(table_.targets[0].chap, ibft::ChapType::None);
  EXPECT_TRUE(table_.targets[0].chap_secret.empty());
}

TEST_F(ExportTable, LeavesSessionsOutWhoseNetworkIsNotIts) {
  std::vector<SessionRecord> sessions{linux_platform::full_record()};
  sessions[0].nic.reset();
  EXPECT_EQ(table_of_sessions(sessions, buffer_).error().code, Errc::NotFound);
  sessions.push_back(linux_platform::full_record());
  make(sessions);
  EXPECT_EQ(table_.targets.count, 1U);
}

TEST(InitramfsWith, IsAnArchiveOfOneFileThatOnlyRootReads) {
  const std::string content = "12345";
  const auto archive = initramfs_with("isboot.ibft", as_bytes(content));
  const std::string text{archive.begin(), archive.end()};
  EXPECT_EQ(text.substr(0, 6), "070701");
  EXPECT_EQ(text.substr(14, 8), "00008180");  // a file, mode 0600
  EXPECT_EQ(text.substr(54, 8), "00000005");  // bytes in it
  EXPECT_EQ(text.substr(94, 8), "0000000c");  // bytes of the name, with its NUL
  EXPECT_EQ(text.substr(110, 11), "isboot.ibft");
  const std::size_t data = 124;  // the next multiple of 4
  EXPECT_EQ(text.substr(data, 5), content);
  EXPECT_EQ(text.substr(132, 6), "070701");
  EXPECT_NE(text.find("TRAILER!!!"), std::string::npos);
  EXPECT_EQ(archive.size() % 4, 0U);
}

}  // namespace
}  // namespace isboot::app
