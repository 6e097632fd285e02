#include "core/ibft/decode.h"

#include <gtest/gtest.h>

#include "tests/ibft/table_bytes.h"

namespace isboot::ibft::test {
namespace {

TEST(IbftDecode, ReadsWhatIpxeWrote) {
  const Decoded decoded{real_table()};
  ASSERT_TRUE(decoded.result);
  EXPECT_EQ(decoded.all(), "");
  const Table& table = decoded.table;
  EXPECT_EQ(table.length, 582U);
  EXPECT_EQ(table.revision, 1);
  EXPECT_TRUE(table.checksum_ok);
  EXPECT_EQ(table.oem_id, "FENSYS");
  EXPECT_EQ(table.oem_table_id, "iPXE");
  EXPECT_EQ(table.control.offset, 48);
  EXPECT_FALSE(table.control.boot_failover);

  ASSERT_TRUE(table.initiator);
  EXPECT_EQ(table.initiator->offset, 80);
  EXPECT_TRUE(table.initiator->valid);
  EXPECT_TRUE(table.initiator->boot_selected);
  EXPECT_EQ(table.initiator->name, "iqn.2026-11.org.example:spike-initiator");
  EXPECT_TRUE(table.initiator->isns.is_absent());

  ASSERT_EQ(table.nics.count, 1U);
  const Nic& nic = table.nics[0];
  EXPECT_EQ(nic.offset, 160);
  EXPECT_EQ(nic.index, 0);
  EXPECT_TRUE(nic.valid);
  EXPECT_TRUE(nic.boot_selected);
  EXPECT_FALSE(nic.global);
  EXPECT_EQ(to_text(nic.mac).view(), "52:54:00:12:34:56");
  EXPECT_EQ(nic.pci.device(), 2);
  EXPECT_EQ(nic.address, IpAddress::v4(10, 0, 2, 15));
  EXPECT_EQ(nic.prefix, 24);
  EXPECT_EQ(nic.origin, Origin::Dhcp);
  EXPECT_EQ(nic.gateway, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(nic.dns[0], IpAddress::v4(10, 0, 2, 3));
  EXPECT_TRUE(nic.dns[1].is_absent());
  EXPECT_EQ(nic.dhcp_server, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(nic.vlan, 0);
  EXPECT_EQ(nic.host_name, "");

  ASSERT_EQ(table.targets.count, 1U);
  const Target& target = table.targets[0];
  EXPECT_EQ(target.offset, 384);
  EXPECT_EQ(target.address, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(target.port, 3260);
  EXPECT_EQ(target.lun.number(), 1);
  EXPECT_EQ(target.nic_index, 0);
  EXPECT_EQ(target.chap, ChapType::None);
  EXPECT_EQ(target.name, "iqn.2026-11.org.example:spike");
}

TEST(IbftDecode, TakesBytesBehindTheTable) {
  TableBytes bytes = real_table();
  bytes.resize(4096, 0xa5);
  EXPECT_TRUE(Decoded{bytes}.result);
}

TEST(IbftDecode, NeverReadsPastAnyCut) {
  const TableBytes whole = real_table();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    // A heap block of exactly this size: the sanitizers see every byte too far.
    const Decoded decoded{TableBytes(whole.begin(), whole.begin() + static_cast<long>(size))};
    ASSERT_FALSE(decoded.result);
    EXPECT_TRUE(decoded.findings.has_errors());
  }
}

}  // namespace
}  // namespace isboot::ibft::test
