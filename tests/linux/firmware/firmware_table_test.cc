#include "platform/linux/firmware/firmware_table.h"

#include <gtest/gtest.h>

#include "platform/linux/system_error.h"
#include "tests/ibft/table_bytes.h"
#include "tests/linux/firmware/machine.h"

namespace isboot::linux_platform::test {
namespace {

using ibft::test::TableBytes;

TableBytes good() { return ibft::test::real_table(); }
TableBytes broken() {
  TableBytes table = good();
  table[9] = static_cast<std::uint8_t>(table[9] + 1);
  return table;
}
// Valid, but nothing was booted from it.
TableBytes unselected() {
  TableBytes table = good();
  table[ibft::test::kTarget + 5] = 1;
  ibft::test::seal(table);
  return table;
}

std::string chosen(Text choice, const Machine& machine) {
  const auto found = choose_table(choice, machine.paths());
  return found ? found->source : found.error().text;
}
std::vector<std::string> sources(const Machine& machine) {
  std::vector<std::string> names;
  for (const FirmwareTable& table : find_tables(machine.paths()).tables)
    names.push_back(table.source);
  return names;
}

TEST(FirmwareTables, AreNoneOnAMachineWithoutAny) {
  const Machine machine;
  EXPECT_TRUE(sources(machine).empty());
  for (const char* choice : {"", "auto", "acpi", "acpi:1", "lowmem", "sysfs"}) {
    SCOPED_TRACE(choice);
    const auto found = choose_table(choice, machine.paths());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code{Errc::NotFound});
  }
}

TEST(FirmwareTables, AreListedInLinuxOrder) {
  Machine machine;
  for (const char* name : {"iBFT10", "IBFT", "iBFT2", "iBFT1", "FACP", "iBFTx", "DSDT"})
    machine.write_acpi(name, good());
  machine.write_memory(0x9a000, good());
  EXPECT_EQ(sources(machine), (std::vector<std::string>{"acpi:iBFT1", "acpi:iBFT2", "acpi:iBFT10",
                                                        "acpi:IBFT", "lowmem:0x9a000"}));
  EXPECT_EQ(chosen("acpi:2", machine), "acpi:iBFT2");
  EXPECT_EQ(chosen("acpi:4", machine), "acpi:IBFT");
  EXPECT_EQ(chosen("acpi:5", machine), "ACPI has no iBFT with this number");
}

TEST(FirmwareTables, AreGivenAsTheyAre) {
  Machine machine;
  machine.write_acpi("iBFT", good());
  const auto found = choose_table("auto", machine.paths());
  ASSERT_TRUE(found);
  const TableBytes expected = good();
  EXPECT_TRUE(
      std::equal(found->bytes().begin(), found->bytes().end(), expected.begin(), expected.end()));
  EXPECT_TRUE(found->unknown.empty());
}

TEST(ChooseTable, TakesTheFirstThatCanBeBootedFrom) {
  Machine machine;
  machine.write_acpi("iBFT1", broken());
  EXPECT_EQ(chosen("auto", machine), "acpi:iBFT1");
  machine.write_acpi("iBFT2", unselected());
  EXPECT_EQ(chosen("auto", machine), "acpi:iBFT2");
  machine.write_acpi("iBFT3", good());
  EXPECT_EQ(chosen("auto", machine), "acpi:iBFT3");
  EXPECT_EQ(chosen("", machine), "acpi:iBFT3");
  EXPECT_EQ(chosen("acpi", machine), "acpi:iBFT3");
  EXPECT_EQ(chosen("acpi:1", machine), "acpi:iBFT1");
}

TEST(ChooseTable, GoesOnToLowMemoryWhenAcpiHasNoGoodOne) {
  Machine machine;
  machine.write_acpi("iBFT", broken());
  machine.write_memory(0x9f000, good());
  EXPECT_EQ(chosen("auto", machine), "lowmem:0x9f000");
  EXPECT_EQ(chosen("acpi", machine), "acpi:iBFT");
}

TEST(ChooseTable, FindsATableInTheBiosRange) {
  Machine machine;
  machine.write_memory(0xe0010, good());
  EXPECT_EQ(chosen("lowmem", machine), "lowmem:0xe0010");
}

TEST(ChooseTable, FindsATableThatGoesOnInTheNextPage) {
  Machine machine;
  machine.write_memory(0x9aff0, good());
  EXPECT_EQ(chosen("lowmem", machine), "lowmem:0x9aff0");
}

TEST(ChooseTable, FindsATableWhereMemoryEndsInThePage) {
  Machine machine;
  TableBytes memory(0x9a000, 0xff);
  const TableBytes table = good();
  memory.insert(memory.end(), table.begin(), table.end());
  machine.write("mem", memory);
  EXPECT_EQ(chosen("lowmem", machine), "lowmem:0x9a000");
}

TEST(ChooseTable, LeavesVideoMemoryAlone) {
  Machine machine;
  machine.write_memory(0xb8000, good());
  EXPECT_EQ(chosen("lowmem", machine), "there is no iBFT");
}

TEST(ChooseTable, DoesNotReadMemoryOfAMachineThatUefiStarted) {
  Machine machine;
  machine.write_memory(0x9f000, good());
  machine.start_by_uefi();
  EXPECT_EQ(chosen("auto", machine), "there is no iBFT");
}

TEST(ChooseTable, TakesAFile) {
  Machine machine;
  machine.write("some.bin", good());
  const std::string path = machine.root() / "some.bin";
  EXPECT_EQ(chosen(path, machine), "file:" + path);
}

TEST(ChooseTable, SaysWhyAFileCannotBeHad) {
  Machine machine;
  const auto missing = choose_table((machine.root() / "none.bin").string(), machine.paths());
  ASSERT_FALSE(missing);
  EXPECT_EQ(errno_of(missing.error().code), ENOENT);
  machine.write("big.bin", TableBytes(0x40001));
  const auto big = choose_table((machine.root() / "big.bin").string(), machine.paths());
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().code, Code{Errc::NoSpace});
}

TEST(ChooseTable, WantsAGoodNumber) {
  const Machine machine;
  for (const char* choice : {"acpi:", "acpi:0", "acpi:x", "acpi:-1", "acpi:99999999"}) {
    SCOPED_TRACE(choice);
    EXPECT_EQ(choose_table(choice, machine.paths()).error().code, Code{Errc::BadValue});
  }
}

TEST(FindTables, SaysWhatItCouldNotRead) {
  Machine machine;
  // A folder cannot be read like a file, not even by root: what lockdown does to /dev/mem.
  std::filesystem::create_directories(machine.root() / "mem");
  const FirmwareSearch search = find_tables(machine.paths());
  ASSERT_FALSE(search.obstacles.empty());
  EXPECT_EQ(search.obstacles[0], (machine.root() / "mem").string() + ": Is a directory");
  EXPECT_EQ(chosen("auto", machine), "there is no iBFT");
}

TEST(ChooseTable, DoesNotTakeATableThatCannotBeReadForNone) {
  Machine machine;
  std::filesystem::create_directories(machine.root() / "acpi/tables/iBFT");
  for (const char* choice : {"auto", "acpi"}) {
    const auto found = choose_table(choice, machine.paths());
    ASSERT_FALSE(found);
    EXPECT_EQ(errno_of(found.error().code), EISDIR);
  }
}

TEST(FindTables, TakesMemoryThatEndsEarly) {
  Machine machine;
  machine.write("mem", TableBytes(0x90000));
  EXPECT_TRUE(sources(machine).empty());
}

}  // namespace
}  // namespace isboot::linux_platform::test
