#include <gtest/gtest.h>

#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/firmware/kernel_lun.h"
#include "tests/linux/firmware/machine.h"

namespace isboot::linux_platform::test {
namespace {

void write_pair(Machine& machine) {
  machine.write_sysfs("initiator", {{"index", "0"},
                                    {"flags", "3"},
                                    {"initiator-name", "iqn.2026-11.org.example:me"},
                                    {"isns-server", "10.0.2.9"}});
  machine.write_sysfs("ethernet0", {{"index", "0"},
                                    {"flags", "3"},
                                    {"ip-addr", "10.0.2.15"},
                                    {"subnet-mask", "255.255.255.0"},
                                    {"prefix-len", "24"},
                                    {"origin", "3"},
                                    {"gateway", "10.0.2.2"},
                                    {"primary-dns", "10.0.2.3"},
                                    {"dhcp", "10.0.2.2"},
                                    {"vlan", "7"},
                                    {"mac", "52:54:00:12:34:56"},
                                    {"hostname", "guest"}});
  machine.write_sysfs("target0", {{"index", "0"},
                                  {"flags", "3"},
                                  {"ip-addr", "fd00:0000:0000:0000:0000:0000:0000:0002"},
                                  {"port", "3260"},
                                  {"lun", "01000000"},
                                  {"chap-type", "2"},
                                  {"nic-assoc", "0"},
                                  {"target-name", "iqn.2026-11.org.example:disk"},
                                  {"chap-name", "me"},
                                  {"chap-secret", "not-a-secret-1234"},
                                  {"rev-chap-name", "disk"},
                                  {"rev-chap-name-secret", "not-a-secret-5678"}});
}

struct Rebuilt {
  explicit Rebuilt(const Machine& machine)
      : found{std::move(*choose_table("sysfs", machine.paths()))},
        result{decode(found, table, findings)} {}

  std::string unknown() const {
    std::string text;
    for (const ibft::Finding& finding : findings) {
      if (finding.code != ibft::FindingCode::Rebuilt) continue;
      text += std::string{to_text(finding.place()).view()} + ":" + finding.field + " ";
    }
    return text;
  }

  FirmwareTable found;
  ibft::Table table;
  ibft::Findings findings;
  Result<Done> result;
};

TEST(IscsiIbft, GivesTheTableThatTheKernelShows) {
  Machine machine;
  write_pair(machine);
  std::filesystem::create_directory(machine.root() / "0000:03:1f.5");
  std::filesystem::create_directory_symlink("../../0000:03:1f.5",
                                            machine.root() / "ibft/ethernet0/device");
  machine.write_sysfs("acpi_header", {{"signature", "iBFT"}, {"oem_id", "FENSYS"}});
  const Rebuilt rebuilt{machine};
  ASSERT_TRUE(rebuilt.result);
  EXPECT_EQ(rebuilt.found.source, "sysfs");
  const ibft::Table& table = rebuilt.table;
  EXPECT_EQ(table.oem_id, "FENSYS");
  ASSERT_TRUE(table.initiator);
  EXPECT_EQ(table.initiator->name, "iqn.2026-11.org.example:me");
  EXPECT_TRUE(table.initiator->boot_selected);
  EXPECT_EQ(table.initiator->isns, IpAddress::v4(10, 0, 2, 9));
  ASSERT_EQ(table.nics.count, 1U);
  const ibft::Nic& nic = table.nics[0];
  EXPECT_EQ(to_text(nic.mac).view(), "52:54:00:12:34:56");
  EXPECT_EQ(nic.pci.value, 0x03fd);
  EXPECT_EQ(nic.address, IpAddress::v4(10, 0, 2, 15));
  EXPECT_EQ(nic.prefix, 24);
  EXPECT_EQ(nic.origin, ibft::Origin::Dhcp);
  EXPECT_EQ(nic.gateway, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(nic.dns[0], IpAddress::v4(10, 0, 2, 3));
  EXPECT_EQ(nic.dhcp_server, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(nic.vlan, 7);
  EXPECT_EQ(nic.host_name, "guest");
  ASSERT_EQ(table.targets.count, 1U);
  const ibft::Target& target = table.targets[0];
  EXPECT_EQ(target.address, *parse_ip("fd00::2"));
  EXPECT_EQ(target.port, 3260);
  EXPECT_EQ(target.lun.number(), 1);
  EXPECT_EQ(target.chap, ibft::ChapType::Mutual);
  EXPECT_EQ(target.name, "iqn.2026-11.org.example:disk");
  EXPECT_EQ(target.chap_name, "me");
  EXPECT_EQ(target.chap_secret, "not-a-secret-1234");
  EXPECT_EQ(target.reverse_chap_name, "disk");
  EXPECT_EQ(target.reverse_chap_secret, "not-a-secret-5678");
  EXPECT_EQ(rebuilt.unknown(), "control:boot failover ");
}

TEST(IscsiIbft, SaysWhatItCannotKnow) {
  Machine machine;
  write_pair(machine);
  machine.write_sysfs("target0", {{"lun", "1100000"}});
  const Rebuilt rebuilt{machine};
  EXPECT_EQ(rebuilt.unknown(), "nic0:pci target0:lun header:oem id control:boot failover ");
}

TEST(IscsiIbft, KeepsTheOrderOfSeveralPairs) {
  Machine machine;
  for (const char* number : {"2", "0", "1"}) {
    machine.write_sysfs(std::string{"ethernet"} + number, {{"index", number}, {"flags", "1"}});
    machine.write_sysfs(std::string{"target"} + number,
                        {{"index", number}, {"flags", "1"}, {"nic-assoc", number}});
  }
  const Rebuilt rebuilt{machine};
  ASSERT_EQ(rebuilt.table.nics.count, 3U);
  for (std::uint8_t i = 0; i < 3; ++i) {
    EXPECT_EQ(rebuilt.table.nics[i].index, i);
    EXPECT_EQ(rebuilt.table.targets[i].nic_index, i);
  }
}

TEST(IscsiIbft, IsTheLastResort) {
  Machine machine;
  write_pair(machine);
  EXPECT_EQ(choose_table("auto", machine.paths())->source, "sysfs");
  EXPECT_EQ(find_tables(machine.paths()).tables.size(), 1U);
}

TEST(IscsiIbft, IsNothingWithoutStructures) {
  Machine machine;
  machine.write_sysfs("acpi_header", {{"signature", "iBFT"}});
  EXPECT_FALSE(choose_table("sysfs", machine.paths()));
}

TEST(KernelLun, ReadsDigitsWithoutLeadingZeros) {
  struct Row {
    const char* text;
    const char* lun;
    bool certain;
  };
  constexpr Row kRows[] = {
      {"00000000", "0000000000000000", true},
      {"01000000", "0001000000000000", true},
      {"0ff000000", "00ff000000000000", false},  // or 00 0f f0 …
      {"401000000", "4001000000000000", false},  // or 04 01 00 …: no, but 40 10 00 … is
      {"ffffffffffffffff", "ffffffffffffffff", true},
      {"1100000", "0000000000000000", false},  // too few digits
      {"", "0000000000000000", false},
      {"0001000000000000", "0001000000000000", true},  // two digits a byte
      {"12", "000c000000000000", true},                // an adapter's: decimal
      {"300", "412c000000000000", true},
      {"0100000x", "0000000000000000", false},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.text);
    const KernelLun lun = parse_kernel_lun(row.text);
    EXPECT_EQ(to_hex(lun.lun).view(), row.lun);
    EXPECT_EQ(lun.certain, row.certain);
  }
}

// As qedi shows them: of the flags only "boot-selected", a decimal LUN, no kind of CHAP.
TEST(IscsiAdapter, IsReadAsItsDriverShowsIt) {
  Machine machine;
  machine.sysfs = "firmware/iscsi_boot0";
  machine.write_sysfs("initiator", {{"initiator-name", "iqn.2026-11.org.example:me"}});
  machine.write_sysfs(
      "ethernet0",
      {{"index", "0"}, {"flags", "2"}, {"ip-addr", "10.0.2.15"}, {"mac", "52:54:00:12:34:56"}});
  machine.write_sysfs("target0", {{"flags", "2"},
                                  {"ip-addr", "10.0.2.2"},
                                  {"port", "3260"},
                                  {"lun", "12"},
                                  {"nic-assoc", "0"},
                                  {"target-name", "iqn.2026-11.org.example:disk"},
                                  {"chap-name", "me"},
                                  {"chap-secret", "not-a-secret-1234"},
                                  {"rev-chap-name", ""},
                                  {"rev-chap-name-secret", ""}});
  const Rebuilt rebuilt{machine};
  ASSERT_TRUE(rebuilt.result);
  const ibft::Target& target = rebuilt.table.targets[0];
  EXPECT_TRUE(target.boot_selected);
  EXPECT_EQ(target.lun.number(), 12);
  EXPECT_EQ(target.chap, ibft::ChapType::Chap);
  machine.write_sysfs("target0", {{"rev-chap-name-secret", "not-a-secret-5678"}});
  EXPECT_EQ(Rebuilt{machine}.table.targets[0].chap, ibft::ChapType::Mutual);
}

TEST(IscsiAdapter, IsAnotherSourceForThoseWhoAsk) {
  Machine machine;
  machine.sysfs = "firmware/iscsi_boot2";
  write_pair(machine);
  const auto found = choose_table("sysfs", machine.paths());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->source, "sysfs:iscsi_boot2");
  ibft::Table table;
  ibft::Findings findings;
  ASSERT_TRUE(decode(*found, table, findings));
  EXPECT_EQ(table.targets[0].name, "iqn.2026-11.org.example:disk");
  EXPECT_EQ(table.targets[0].chap_secret, "not-a-secret-1234");
  EXPECT_EQ(table.nics[0].vlan, 7);
  // It logs in by itself: nobody takes it who has not named it.
  EXPECT_FALSE(choose_table("auto", machine.paths()));
  EXPECT_TRUE(find_tables(machine.paths()).tables.empty());
  machine.sysfs = "ibft";
  write_pair(machine);
  EXPECT_EQ(choose_table("sysfs", machine.paths())->source, "sysfs");
}

}  // namespace
}  // namespace isboot::linux_platform::test
