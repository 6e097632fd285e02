// Every message of a fault names its source, the field and the value. The table's own faults:
// plan_fault_test.cc, tests/cli/agreement_test.py.
#include <gtest/gtest.h>

#include <string>

#include "core/boot/network_plan.h"
#include "core/boot/tableless.h"

namespace isboot::boot {
namespace {

// A word of the kernel command line that cannot be used; `field` is what its message says besides.
struct BadWord {
  const char* name;
  const char* value;
  const char* field;
};

constexpr BadWord kParameters[] = {
    {"isboot", "perhaps", "on or off"},
    {"isboot.table", "flash", "acpi"},
    {"isboot.url", "iscsi:10.0.2.2:17:3260:1:iqn.2026-11.org.example:disk", "protocol"},
    {"isboot.url", "iscsi:10.0.2.2::70000:1:iqn.2026-11.org.example:disk", "port"},
    {"isboot.url", "iscsi:10.0.2.2:::zz:iqn.2026-11.org.example:disk", "LUN"},
    {"isboot.url", "iscsi::::1:iqn.2026-11.org.example:disk", "server"},
    {"isboot.url", "nfs:10.0.2.2", "iscsi:"},
    {"isboot.url", "iscsi://10.0.2.2/iqn.2026-11.org.example:disk/x", "LUN"},
    {"isboot.initiator", "\"iqn two words\"", "initiator's name"},
    {"isboot.initiator", "", "initiator's name"},
    {"isboot.nic", "52:54:00:12:34", "MAC address"},
    {"isboot.nic", "a-name-of-17-bytes", "NIC's name"},
    {"isboot.vlan", "4095", "4094"},
    {"isboot.mtu", "575", "576"},
    {"isboot.timeout", "0", "1"},
    {"isboot.timeout", "a minute", "86400"},
    {"isboot.retries", "-1", "1000000"},
    {"isboot.digest", "crc", "header, data"},
    {"isboot.chap", "rot13", "sha3-256"},
    {"isboot.recovery", "never", "infinite"},
    {"isboot.paths", "two", "all or first"},
    {"isboot.ping", "5", "two numbers"},
    {"isboot.shutdown", "3601", "3600"},
    {"isboot.verbose", "4", "3"},
    {"isboot.colour", "blue", "no such parameter"},
};

constexpr BadWord kTableless[] = {
    {"isboot.url", "iscsi:10.0.2.2:::1:", "names no target: its last field is empty"},
    {"netroot", "iscsi:10.0.2.2", "target's name"},
    {"netroot", "iscsi:10.0.2.2:::zz:iqn.2026-11.org.example:disk", "LUN"},
    {"netroot", "iscsi:10.0.2.2:::a-name-of-17-bytes:1:iqn.2026-11.org.example:disk", "device"},
    {"netroot", "iscsi:10.0.2.2::70000::iqn.2026-11.org.example:disk", "port"},
    {"ip", "10.0.2.300::10.0.2.2", "the NIC's address"},
    {"ip", "10.0.2.15::10.0.2.2:255.0.255.0", "netmask"},
    {"ip", "10.0.2.15::x", "the gateway"},
    {"ip", "10.0.2.15::::::none:x", "name server"},
    {"ip", "10.0.2.15::::::sometimes", "method"},
    {"rd.iscsi.target.port", "0", "port"},
    {"rd.iscsi.target.ip", "-", "address"},
    {"rd.iscsi.unknown", "1", "not used"},
};

std::string word(const BadWord& bad) { return std::string{bad.name} + "=" + bad.value; }

// The value as the kernel has it: quotes keep blanks together, and are not in it.
std::string plain(std::string text) {
  std::erase(text, '"');
  return text;
}

void expect_named(const BadWord& bad, const ParameterWarnings& warnings) {
  SCOPED_TRACE(word(bad));
  ASSERT_GE(warnings.count, 1U);
  const std::string said{to_text(warnings[0]).view()};
  EXPECT_EQ(said.find("parameter " + plain(word(bad)) + ": "), 0U) << said;
  EXPECT_NE(said.find(bad.field, plain(word(bad)).size()), std::string::npos) << said;
}

TEST(Messages, OfParametersNameParameterValueAndWhatIsWrong) {
  for (const BadWord& bad : kParameters) {
    const std::string line = std::string{bad.value}.find(' ') == std::string::npos
                                 ? word(bad)
                                 : std::string{bad.name} + "=\"" + plain(bad.value) + "\"";
    ParameterWarnings warnings;
    (void)parse_command_line(line, warnings);
    expect_named(bad, warnings);
  }
}

TEST(Messages, OfWordsWithoutATableNameWordValueAndWhatIsWrong) {
  for (const BadWord& bad : kTableless) {
    const std::string line = word(bad);
    ParameterWarnings warnings;
    (void)read_tableless(line, warnings);
    expect_named(bad, warnings);
  }
}

TEST(Messages, OfANetworkNameItsValues) {
  struct Row {
    const char* address;
    std::uint16_t vlan;
    const char* said;
  };
  for (const Row& row :
       {Row{"224.0.0.1", 0, "address 224.0.0.1/24, VLAN 0, target 10.0.2.2: the NIC's address"},
        Row{"10.0.2.15", 4095, "address 10.0.2.15/24, VLAN 4095, target 10.0.2.2: VLAN number"},
        Row{"fd00::15", 0, "address fd00::15/24, VLAN 0, target 10.0.2.2: NIC and target"}}) {
    SCOPED_TRACE(row.said);
    LinkConfig config;
    config.address = *parse_ip(row.address);
    config.prefix = 24;
    config.vlan = row.vlan;
    config.target = *parse_ip("10.0.2.2");
    const auto plan = plan_network(config);
    ASSERT_FALSE(plan);
    EXPECT_EQ(fault_text(config, plan.error()).view().find(row.said), 0U)
        << fault_text(config, plan.error()).view();
  }
}

}  // namespace
}  // namespace isboot::boot
