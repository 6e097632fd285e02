#include "platform/linux/net/link/pci_address.h"

#include <gtest/gtest.h>

namespace isboot::linux_platform {
namespace {

TEST(PciAddress, IsTheLastOneOfThePath) {
  const struct {
    const char* path;
    std::optional<std::uint16_t> address;
  } kRows[] = {
      {"/sys/devices/pci0000:00/0000:00:02.0/virtio1", 0x0010},
      {"/sys/devices/pci0000:00/0000:00:1c.4/0000:05:00.3", 0x0503},
      {"/sys/devices/pci10000:e0/10000:e0:1d.0/10000:e1:00.0", 0xe100},  // a long segment
      {"/sys/devices/LNXSYSTM:00/VMBUS:00/vmbus_1", std::nullopt},
      {"0000:ff:1f.7", 0xffff},
      {"0000:00:02.8", std::nullopt},
      {"0000:00:20.0", std::nullopt},
      {"0000:00:02", std::nullopt},
      {"000:00:02.0", std::nullopt},
      {"000g:00:02.0", std::nullopt},
      {"", std::nullopt},
      {"///", std::nullopt},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.path);
    EXPECT_EQ(last_pci_address(row.path), row.address);
  }
}

TEST(PciAddress, IsUnknownForALinkThatIsNot) {
  EXPECT_FALSE(pci_address_of("no-such-link"));
  EXPECT_FALSE(pci_address_of("lo"));
}

}  // namespace
}  // namespace isboot::linux_platform
