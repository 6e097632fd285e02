#include "core/boot/parameters.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot::boot {
namespace {

Parameters parse(Text command_line, ParameterWarnings& warnings) {
  warnings = {};
  return parse_command_line(command_line, warnings);
}

TEST(Parameters, AreDefaultsOnAForeignCommandLine) {
  ParameterWarnings warnings;
  const Parameters parameters =
      parse("BOOT_IMAGE=/vmlinuz root=UUID=1-2 ro quiet isbootx.nic=1 xisboot=off\n", warnings);
  EXPECT_TRUE(warnings.empty());
  EXPECT_FALSE(parameters.off);
  EXPECT_EQ(parameters.timeout, 120U);
  EXPECT_EQ(parameters.recovery, kForEver);
  EXPECT_TRUE(parameters.nic.empty());
}

TEST(Parameters, ReadsEveryName) {
  ParameterWarnings warnings;
  const Parameters parameters = parse(
      "isboot=off isboot.table=acpi:1 isboot.url=iscsi:10.0.2.2:::1:iqn.x:y "
      "isboot.initiator=iqn.2026-11.org.example:me isboot.nic=52:54:00:12:34:56 isboot.vlan=42 "
      "isboot.mtu=9000 isboot.timeout=30 isboot.retries=5 isboot.digest=header,data "
      "isboot.chap=sha256,sha1 "
      "isboot.recovery=600 isboot.paths=first isboot.verbose=3 isboot.ping=10,20 "
      "isboot.shutdown=45 isboot.secrets=ask",
      warnings);
  EXPECT_TRUE(warnings.empty());
  EXPECT_TRUE(parameters.off);
  EXPECT_EQ(parameters.table.view(), "acpi:1");
  EXPECT_EQ(parameters.url.view(), "iscsi:10.0.2.2:::1:iqn.x:y");
  EXPECT_EQ(parameters.initiator.view(), "iqn.2026-11.org.example:me");
  EXPECT_EQ(parameters.nic.view(), "52:54:00:12:34:56");
  EXPECT_EQ(parameters.vlan, 42);
  EXPECT_EQ(parameters.mtu, 9000U);
  EXPECT_EQ(parameters.timeout, 30U);
  EXPECT_EQ(parameters.retries, 5U);
  EXPECT_TRUE(parameters.header_digest);
  EXPECT_TRUE(parameters.data_digest);
  EXPECT_TRUE(parameters.chap.has(HashAlgorithm::Sha256));
  EXPECT_FALSE(parameters.chap.has(HashAlgorithm::Md5));
  EXPECT_EQ(parameters.recovery, 600U);
  EXPECT_FALSE(parameters.all_paths);
  EXPECT_EQ(parameters.verbose, 3);
  EXPECT_EQ(parameters.ping_after, 10U);
  EXPECT_EQ(parameters.ping_limit, 20U);
  EXPECT_EQ(parameters.shutdown, 45U);
  EXPECT_TRUE(parameters.ask_for_secrets);
}

// distribution/own-initramfs/grub puts it there.
TEST(Parameters, TheMarkOfAMenusEntryIsNoParameterAndNoWarning) {
  ParameterWarnings warnings;
  (void)parse("isboot.initramfs=own", warnings);
  EXPECT_EQ(warnings.count, 0U);
}

struct Bad {
  const char* word;
  const char* name;
};

TEST(Parameters, WarnsByNameAndKeepsTheDefault) {
  constexpr Bad kBad[] = {
      {"isboot=maybe", "isboot"},
      {"isboot", "isboot"},
      {"isboot.colour=red", "isboot.colour"},
      {"isboot.ping=5", "isboot.ping"},
      {"isboot.ping=5,0", "isboot.ping"},
      {"isboot.shutdown=0", "isboot.shutdown"},
      {"isboot.vlan=4095", "isboot.vlan"},
      {"isboot.vlan=", "isboot.vlan"},
      {"isboot.mtu=68", "isboot.mtu"},
      {"isboot.timeout=0", "isboot.timeout"},
      {"isboot.timeout=soon", "isboot.timeout"},
      {"isboot.timeout=99999999999999999999", "isboot.timeout"},
      {"isboot.retries=-1", "isboot.retries"},
      {"isboot.digest=crc", "isboot.digest"},
      {"isboot.chap=sha512", "isboot.chap"},
      {"isboot.recovery=never", "isboot.recovery"},
      {"isboot.paths=some", "isboot.paths"},
      {"isboot.secrets=0123456789abcdef", "isboot.secrets"},
      {"isboot.verbose=4", "isboot.verbose"},
      {"isboot.url=iscsi:10.0.2.2:udp:3260:1:iqn.x", "isboot.url"},
      {"isboot.url=iscsi:10.0.0.300::::iqn.x", "isboot.url"},
      {"isboot.url=http://example", "isboot.url"},
      {"isboot.initiator=", "isboot.initiator"},
      {"isboot.initiator=\"iqn x\"", "isboot.initiator"},
      {"isboot.nic=52:54:00:12:34", "isboot.nic"},
      {"isboot.nic=", "isboot.nic"},
      {"isboot.nic=../eth0", "isboot.nic"},
      {"isboot.table=", "isboot.table"},
      {"isboot.table=acpi:0", "isboot.table"},
      {"isboot.table=acpi:first", "isboot.table"},
      {"isboot.table=bios", "isboot.table"},
      {"isboot.nic=a-name-that-is-far-too-long-for-an-interface", "isboot.nic"},
  };
  for (const Bad& bad : kBad) {
    SCOPED_TRACE(bad.word);
    ParameterWarnings warnings;
    const Parameters parameters = parse(bad.word, warnings);
    ASSERT_EQ(warnings.count, 1U);
    EXPECT_EQ(warnings[0].name, bad.name);
    EXPECT_EQ(parameters.timeout, 120U);
    EXPECT_TRUE(parameters.url.empty());
    EXPECT_TRUE(parameters.initiator.empty());
    EXPECT_TRUE(parameters.nic.empty());
    EXPECT_TRUE(parameters.table.empty());
    EXPECT_EQ(parameters.vlan, std::nullopt);
    EXPECT_FALSE(parameters.header_digest);
  }
}

TEST(Parameters, AUrlWithANameIsLeftOutWhereNobodyLooksItUp) {
  ParameterWarnings warnings;
  Parameters named = parse("isboot.url=iscsi:storage.example::::iqn.x", warnings);
  EXPECT_FALSE(named.url.empty());
  refuse_names(named, warnings);
  EXPECT_TRUE(named.url.empty());
  ASSERT_EQ(warnings.count, 1U);
  EXPECT_EQ(warnings[0].name, "isboot.url");
  Parameters address = parse("isboot.url=iscsi:10.0.2.2::::iqn.x", warnings);
  refuse_names(address, warnings);
  EXPECT_FALSE(address.url.empty());
  EXPECT_TRUE(warnings.empty());
}

TEST(Parameters, AWarningShowsTheValueButNoSecret) {
  ParameterWarnings warnings;
  parse("isboot.timeout=soon isboot.url=iscsi://user%secret@10.0.2.2/iqn.x/1", warnings);
  ASSERT_EQ(warnings.count, 2U);
  EXPECT_EQ(warnings[0].value, "soon");
  EXPECT_EQ(warnings[1].value, "(hidden)");
}

TEST(Parameters, TakesATableByItsPlaceOrItsFile) {
  for (const char* table : {"acpi", "acpi:1", "acpi:12", "lowmem", "sysfs", "/x", "./x", "x.bin"}) {
    ParameterWarnings warnings;
    EXPECT_EQ(parse((std::string{"isboot.table="} + table).c_str(), warnings).table.view(), table);
    EXPECT_TRUE(warnings.empty()) << table;
  }
  ParameterWarnings warnings;
  EXPECT_TRUE(parse("isboot.table=auto", warnings).table.empty());
  EXPECT_TRUE(warnings.empty());
}

TEST(Parameters, TakesWordsInAnyCaseAndBlanksAroundThem) {
  ParameterWarnings warnings;
  const Parameters parameters = parse(
      "isboot=OFF isboot.table=ACPI:2 isboot.recovery=Infinite isboot.paths=FIRST "
      "isboot.digest=\"Header, DATA\" isboot.ping=\"5, 6 \" isboot.timeout=\" 30\" "
      "isboot.nic=AUTO isboot.initiator=\"iqn.x \" isboot.mtu=9000\r\n",
      warnings);
  EXPECT_TRUE(warnings.empty());
  EXPECT_TRUE(parameters.off);
  EXPECT_EQ(parameters.table.view(), "acpi:2");
  EXPECT_EQ(parameters.recovery, kForEver);
  EXPECT_FALSE(parameters.all_paths);
  EXPECT_TRUE(parameters.header_digest && parameters.data_digest);
  EXPECT_EQ(parameters.ping_limit, 6U);
  EXPECT_EQ(parameters.timeout, 30U);
  EXPECT_TRUE(parameters.nic.empty());
  EXPECT_EQ(parameters.initiator.view(), "iqn.x");
  EXPECT_EQ(parameters.mtu, 9000U);
  EXPECT_EQ(parse("isboot.table=/Mixed/Case.bin", warnings).table.view(), "/Mixed/Case.bin");
  EXPECT_TRUE(parse("isboot.table=AUTO", warnings).table.empty());
}

TEST(Parameters, TakesTheLastOfTwo) {
  ParameterWarnings warnings;
  EXPECT_EQ(parse("isboot.timeout=5 isboot.timeout=7", warnings).timeout, 7U);
  EXPECT_FALSE(parse("isboot=off isboot=on", warnings).off);
}

TEST(Parameters, ReadsQuotesAsTheKernelDoes) {
  ParameterWarnings warnings;
  EXPECT_EQ(parse("isboot.nic=\"eth 0\" ro", warnings).nic.view(), "eth 0");
  EXPECT_EQ(parse("\"isboot.nic=eth 0\" ro", warnings).nic.view(), "eth 0");
  EXPECT_EQ(parse("isboot.nic=\"eth0", warnings).nic.view(), "eth0");
}

TEST(Parameters, CountsNoFurtherThanItsListOfWarnings) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "isboot.x=1 ";
  ParameterWarnings warnings;
  parse(many, warnings);
  EXPECT_TRUE(warnings.full());
}

TEST(CommandLineValue, FindsTheLastOne) {
  constexpr Text kLine = "root=/dev/sda1 ro root=UUID=ab-cd init=\"/bin/my init\" quiet";
  EXPECT_EQ(command_line_value(kLine, "root"), "UUID=ab-cd");
  EXPECT_EQ(command_line_value(kLine, "init"), "/bin/my init");
  EXPECT_EQ(command_line_value(kLine, "quiet"), "");
  EXPECT_EQ(command_line_value(kLine, "rootflags"), std::nullopt);
  EXPECT_EQ(command_line_value("", "root"), std::nullopt);
}

TEST(CommandLineSwitch, IsAsTheLastWordSays) {
  EXPECT_TRUE(command_line_switch("quiet rw", "rw", "ro"));
  EXPECT_TRUE(command_line_switch("ro rw", "rw", "ro"));
  EXPECT_FALSE(command_line_switch("rw ro", "rw", "ro"));
  EXPECT_FALSE(command_line_switch("rw=1 xrw", "rw", "ro"));
}

}  // namespace
}  // namespace isboot::boot
