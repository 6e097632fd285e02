#include "platform/freebsd/firmware.h"

#include <gtest/gtest.h>

#include "testing/fixture.h"
#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {
namespace {

class FirmwareTest : public ::testing::Test {
protected:
  FirmwareTest()
      : table_{testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-bios-virtio-none.bin")} {}
  // Puts the table at a physical address of low memory.
  void put(std::size_t address) {
    kernel_.low_memory.resize(0x80000);
    std::copy(table_.begin(), table_.end(),
              kernel_.low_memory.begin() + static_cast<std::ptrdiff_t>(address - 0x80000));
  }
  Result<FoundTable> find(Text choice) { return find_table(choice, buffer_); }
  std::string source(Text choice) {
    const auto found = find(choice);
    return found ? std::string{found->source.view()} : "none";
  }

  FakeKernel kernel_;
  std::vector<std::uint8_t> table_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(kMaxTable);
};

TEST_F(FirmwareTest, TakesAcpisFirstThenLowMemorys) {
  put(0x9e620);
  EXPECT_EQ(source(""), "lowmem:0x9e620");
  kernel_.acpi["iBFT"] = {table_, table_};
  kernel_.acpi["IBFT"] = {table_};
  EXPECT_EQ(source("auto"), "acpi:1");
  EXPECT_EQ(source("acpi:2"), "acpi:2");
  EXPECT_EQ(source("acpi:3"), "acpi:3");
  EXPECT_EQ(source("acpi:4"), "none");
  EXPECT_EQ(source("lowmem"), "lowmem:0x9e620");
}

TEST_F(FirmwareTest, FindsATableWhereverItLiesInLowMemory) {
  for (const std::size_t address : {0x80000UL, 0x87ff0UL, 0x8fff0UL, 0x97ff0UL, 0xc0000UL,
                                    0xefff0UL, 0x100000UL - ((table_.size() + 15) & ~15UL)}) {
    SCOPED_TRACE(address);
    kernel_.low_memory.clear();
    put(address);
    const auto found = find("lowmem");
    ASSERT_TRUE(found);
    EXPECT_EQ(std::vector(found->bytes.begin(), found->bytes.end()), table_);
  }
}

TEST_F(FirmwareTest, NeverLooksIntoTheVideoMemory) {
  put(0xa8000);
  EXPECT_EQ(source("lowmem"), "none");
}

TEST_F(FirmwareTest, SaysWhatIsWrongWithAChoice) {
  struct {
    const char* choice;
    Code code;
  } constexpr kRows[] = {{"acpi:1", Errc::NotFound}, {"lowmem", Errc::NotFound},
                         {"acpi:0", Errc::BadValue}, {"acpi:x", Errc::BadValue},
                         {"sysfs", Errc::BadValue},  {"/boot/ibft.bin", Errc::BadValue}};
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.choice);
    const auto found = find(row.choice);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, row.code);
  }
}

TEST_F(FirmwareTest, GoesWithoutMemoryThatCannotBeSeen) {
  put(0x9e620);
  kernel_.fails["low_memory"] = {ISBOOT_ENOENT, ISBOOT_ENOENT};
  EXPECT_EQ(source("auto"), "none");
}

}  // namespace
}  // namespace isboot::freebsd::test
