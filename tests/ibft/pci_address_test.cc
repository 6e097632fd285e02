#include "core/ibft/pci_address.h"

#include <gtest/gtest.h>

namespace isboot::ibft::test {
namespace {

TEST(PciAddress, IsWrittenAsLinuxDoes) {
  EXPECT_EQ(to_text(PciAddress{0x0310}).view(), "03:02.0");
  EXPECT_EQ(to_text(PciAddress{0xffff}).view(), "ff:1f.7");
}

TEST(PciAddress, IsReadBack) {
  for (unsigned value = 0; value <= 0xffff; ++value) {
    const PciAddress pci{static_cast<std::uint16_t>(value)};
    const auto parsed = parse_pci(to_text(pci));
    ASSERT_TRUE(parsed);
    ASSERT_EQ(*parsed, pci);
  }
}

TEST(PciAddress, IsNothingElse) {
  for (const char* text : {"", "03:20.0", "03:02.8", "03-02.0", "x3:02.0", "0000:03:02.0"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_pci(text));
  }
}

}  // namespace
}  // namespace isboot::ibft::test
