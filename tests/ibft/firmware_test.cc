// Every table that real firmware wrote (tests/fixtures/ibft/README.md): read without a
// finding, and written again as it was.
#include <gtest/gtest.h>

#include "core/ibft/select.h"
#include "tests/ibft/captured.h"
#include "tests/ibft/table_bytes.h"
#include "tests/ibft/table_model.h"

namespace isboot::ibft::test {
namespace {

struct Captured {
  const char* file;
  ChapType chap;
  Text secret;
  Text reverse_secret;
};
constexpr Captured kCaptured[] = {
    {"ipxe-bios-e1000-chap.bin", ChapType::Chap, "not-a-secret-1234", ""},
    {"ipxe-bios-virtio-mutual.bin", ChapType::Mutual, "not-a-secret-1234", "not-a-secret-5678"},
    {"ipxe-bios-virtio-none.bin", ChapType::None, "", ""},
    {"ipxe-uefi-e1000-mutual.bin", ChapType::Mutual, "not-a-secret-1234", "not-a-secret-5678"},
    {"ipxe-uefi-virtio-chap.bin", ChapType::Chap, "not-a-secret-1234", ""},
    {"ipxe-uefi-virtio-nochap.bin", ChapType::None, "", ""},
};

TEST(IbftOfFirmware, IsReadWithoutAFinding) {
  for (const Captured& captured : kCaptured) {
    SCOPED_TRACE(captured.file);
    const Decoded decoded{
        isboot::testing::load_fixture(ISBOOT_FIXTURES, std::string{"ibft/"} + captured.file)};
    ASSERT_TRUE(decoded.result);
    EXPECT_EQ(decoded.all(), "");
    ASSERT_EQ(decoded.table.targets.count, 1U);
    const Target& target = decoded.table.targets[0];
    EXPECT_EQ(target.lun.number(), 1);
    EXPECT_EQ(target.chap, captured.chap);
    EXPECT_EQ(target.chap_secret, captured.secret);
    EXPECT_EQ(target.reverse_chap_secret, captured.reverse_secret);
    const Selection selection = select(decoded.table);
    ASSERT_EQ(selection.candidates.count, 1U);
    EXPECT_EQ(selection.candidates[0].nic, 0);
    EXPECT_EQ(to_text(decoded.table.nics[0].mac).view(), "52:54:00:12:34:56");
  }
}

TEST(IbftOfFirmware, IsWrittenAgainByteForByte) {
  for (const Captured& captured : kCaptured) {
    SCOPED_TRACE(captured.file);
    const Decoded decoded{
        isboot::testing::load_fixture(ISBOOT_FIXTURES, std::string{"ibft/"} + captured.file)};
    EXPECT_EQ(encoded(decoded.table, Layout::Ipxe), decoded.bytes);
  }
}

std::string addresses(const auto& list) {
  std::string text;
  for (const auto& one : list) {
    if (!text.empty()) text += ' ';
    text += one.address.is_absent() ? "-" : std::string{to_text(one.address).view()};
  }
  return text;
}

TEST(IbftOfEdk2, IsReadAsItWasSet) {
  for (const CapturedOfEdk2& captured : kCapturedOfEdk2) {
    SCOPED_TRACE(captured.file);
    const Decoded decoded{
        isboot::testing::load_fixture(ISBOOT_FIXTURES, std::string{"ibft/"} + captured.file)};
    ASSERT_TRUE(decoded.result);
    const std::string nics = addresses(decoded.table.nics);
    EXPECT_EQ(nics, captured.nics);
    EXPECT_EQ(decoded.findings.has_errors(), nics.find('-') != nics.npos) << decoded.all();
    EXPECT_EQ(addresses(decoded.table.targets), captured.targets);
    EXPECT_EQ(decoded.table.nics[0].vlan, captured.vlan);
    const Target& target = decoded.table.targets[0];
    EXPECT_EQ(target.chap, captured.chap);
    EXPECT_EQ(target.chap_secret, captured.secret);
    EXPECT_EQ(target.reverse_chap_secret, captured.reverse_secret);
    EXPECT_EQ(select(decoded.table).candidates[0].target, 0);
  }
}

// Its ids are the machine's, filled with blanks.
TEST(IbftOfEdk2, IsWrittenAgainByteForByteAndItsOemIdsAreShownWithoutBlanks) {
  for (const CapturedOfEdk2& captured : kCapturedOfEdk2) {
    SCOPED_TRACE(captured.file);
    const Decoded decoded{
        isboot::testing::load_fixture(ISBOOT_FIXTURES, std::string{"ibft/"} + captured.file)};
    EXPECT_EQ(decoded.table.oem_id, "BOCHS");
    EXPECT_EQ(decoded.table.oem_table_id, "BXPC");
    EXPECT_EQ(encoded(decoded.table, Layout::Edk2), decoded.bytes);
  }
}

}  // namespace
}  // namespace isboot::ibft::test
