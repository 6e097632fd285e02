#include "tests/ibft/table_model.h"

#include <stdexcept>

namespace isboot::ibft::test {
namespace {

IpAddress address(std::uint8_t pair, std::uint8_t host) {
  if (pair % 2 == 0) return IpAddress::v4(10, 0, pair, host);
  return *parse_ip("fd00:0:0:" + std::to_string(pair) + "::" + std::to_string(host));
}

Nic nic_of(std::uint8_t number) {
  Nic nic;
  nic.index = number;
  nic.valid = true;
  nic.boot_selected = number == 0;
  nic.global = true;
  nic.mac = {{0x52, 0x54, 0, 0x12, 0x34, number}};
  nic.pci = {static_cast<std::uint16_t>(0x0310 + number)};
  nic.address = address(number, 15);
  nic.prefix = number % 2 == 0 ? 24 : 64;
  nic.origin = number == 0 ? Origin::Dhcp : Origin::Unchanged;
  nic.gateway = address(number, 1);
  nic.dns = {address(number, 3), address(number, 4)};
  nic.dhcp_server = address(number, 5);
  nic.vlan = static_cast<std::uint16_t>(100 + number);
  nic.host_name = "host";
  return nic;
}

Target target_of(std::uint8_t number) {
  Target target;
  target.index = number;
  target.valid = true;
  target.boot_selected = number == 0;
  target.radius_chap = number == 1;
  target.radius_reverse_chap = number == 1;
  target.address = address(number, 2);
  target.port = static_cast<std::uint16_t>(3260 + number);
  target.lun = *Lun::from_number(number == 1 ? 300 : number);
  target.chap = number == 0 ? ChapType::Mutual : ChapType::None;
  target.nic_index = number;
  // Long names: the 8 pairs of the largest table must not fit into EDK2's 0x800.
  target.name = "iqn.2026-11.org.example:a-target-with-a-rather-long-name-of-its-own";
  if (number != 0) return target;
  target.chap_name = "iqn.2026-11.org.example:initiator";
  target.chap_secret = "not-a-secret-1234";
  target.reverse_chap_name = "target";
  target.reverse_chap_secret = "not-a-secret-5678";
  return target;
}

void expect_same(const Nic& a, const Nic& b) {
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.valid, b.valid);
  EXPECT_EQ(a.boot_selected, b.boot_selected);
  EXPECT_EQ(a.global, b.global);
  EXPECT_EQ(a.mac, b.mac);
  EXPECT_EQ(a.pci, b.pci);
  EXPECT_EQ(a.address, b.address);
  EXPECT_EQ(a.prefix, b.prefix);
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.gateway, b.gateway);
  EXPECT_EQ(a.dns, b.dns);
  EXPECT_EQ(a.dhcp_server, b.dhcp_server);
  EXPECT_EQ(a.vlan, b.vlan);
  EXPECT_EQ(a.host_name, b.host_name);
}

void expect_same(const Target& a, const Target& b) {
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.valid, b.valid);
  EXPECT_EQ(a.boot_selected, b.boot_selected);
  EXPECT_EQ(a.radius_chap, b.radius_chap);
  EXPECT_EQ(a.radius_reverse_chap, b.radius_reverse_chap);
  EXPECT_EQ(a.address, b.address);
  EXPECT_EQ(a.port, b.port);
  EXPECT_EQ(a.lun, b.lun);
  EXPECT_EQ(a.chap, b.chap);
  EXPECT_EQ(a.nic_index, b.nic_index);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.chap_name, b.chap_name);
  EXPECT_EQ(a.chap_secret, b.chap_secret);
  EXPECT_EQ(a.reverse_chap_name, b.reverse_chap_name);
  EXPECT_EQ(a.reverse_chap_secret, b.reverse_chap_secret);
}

}  // namespace

Table full_table(std::size_t pairs) {
  Table table;
  table.revision = 1;
  table.oem_id = "ISBOOT";
  table.oem_table_id = "tests";
  table.control = {48, true};
  Initiator initiator;
  initiator.valid = true;
  initiator.boot_selected = true;
  initiator.name = "iqn.2026-11.org.example:initiator";
  initiator.isns = IpAddress::v4(10, 1, 0, 1);
  initiator.slp = IpAddress::v4(10, 1, 0, 2);
  initiator.radius = {IpAddress::v4(10, 1, 0, 3), *parse_ip("fd00::4")};
  table.initiator = initiator;
  for (std::uint8_t i = 0; i < pairs; ++i) {
    EXPECT_TRUE(table.nics.push(nic_of(i)));
    EXPECT_TRUE(table.targets.push(target_of(i)));
  }
  return table;
}

std::vector<std::uint8_t> encoded(const Table& table, Layout layout) {
  std::vector<std::uint8_t> output(kMaxEncoded, 0xa5);
  const auto bytes = encode(table, layout, output);
  if (!bytes) throw std::runtime_error{bytes.error().text};
  output.resize(bytes->size());
  return output;
}

void expect_same(const Table& a, const Table& b) {
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(a.oem_id, b.oem_id);
  EXPECT_EQ(a.oem_table_id, b.oem_table_id);
  EXPECT_EQ(a.control.boot_failover, b.control.boot_failover);
  ASSERT_EQ(a.initiator.has_value(), b.initiator.has_value());
  if (a.initiator) {
    EXPECT_EQ(a.initiator->valid, b.initiator->valid);
    EXPECT_EQ(a.initiator->boot_selected, b.initiator->boot_selected);
    EXPECT_EQ(a.initiator->name, b.initiator->name);
    EXPECT_EQ(a.initiator->isns, b.initiator->isns);
    EXPECT_EQ(a.initiator->slp, b.initiator->slp);
    EXPECT_EQ(a.initiator->radius, b.initiator->radius);
  }
  ASSERT_EQ(a.nics.count, b.nics.count);
  for (std::size_t i = 0; i < a.nics.count; ++i) expect_same(a.nics[i], b.nics[i]);
  ASSERT_EQ(a.targets.count, b.targets.count);
  for (std::size_t i = 0; i < a.targets.count; ++i) expect_same(a.targets[i], b.targets[i]);
  ASSERT_EQ(a.extensions.count, b.extensions.count);
  for (std::size_t i = 0; i < a.extensions.count; ++i) {
    const Bytes left = a.extensions[i].data;
    const Bytes right = b.extensions[i].data;
    EXPECT_TRUE(std::equal(left.begin(), left.end(), right.begin(), right.end()));
  }
}

}  // namespace isboot::ibft::test
