// What EDK2's own initiator wrote (tests/fixtures/ibft/README.md), and what stands in it.
#pragma once

#include "core/ibft/table.h"

namespace isboot::ibft::test {

struct CapturedOfEdk2 {
  const char* file;
  const char* nics;  // their addresses, - for none
  const char* targets;
  ChapType chap = ChapType::None;
  Text secret = "";
  Text reverse_secret = "";
  std::uint16_t vlan = 0;
};
inline constexpr CapturedOfEdk2 kCapturedOfEdk2[] = {
    {"edk2-chap.bin", "10.0.2.15", "10.0.2.2", ChapType::Chap, "not-a-secret-1"},
    {"edk2-debian_13.bin", "10.0.2.15", "10.0.2.2"},
    {"edk2-debian_13_dhcp_mutual.bin", "10.0.2.15", "10.0.2.2", ChapType::Mutual, "not-a-secret-1",
     "not-a-secret-2"},
    {"edk2-debian_13_ipv6.bin", "fe80::5054:ff:fe12:3456", "fec0::2"},
    {"edk2-dhcp.bin", "10.0.2.15", "10.0.2.2"},
    {"edk2-failed_first.bin", "10.0.3.15", "10.0.3.2"},
    {"edk2-ipv6_automatic.bin", "fec0::5054:ff:fe12:3456", "fec0::2"},
    {"edk2-ipv6_manual.bin", "fe80::5054:ff:feaa:1", "fec0::2"},
    {"edk2-mpio.bin", "10.0.2.15 - 10.0.3.15", "10.0.2.2 10.0.2.2 10.0.3.2"},
    {"edk2-mpio_dead_ipv6.bin", "10.0.2.15 - 10.0.3.15", "10.0.2.2 fec0::2 10.0.3.2"},
    {"edk2-static.bin", "10.0.2.15", "10.0.2.2"},
    {"edk2-two_nics.bin", "10.0.2.15 10.0.3.15", "10.0.2.2 10.0.3.2"},
    {"edk2-ui_mutual.bin", "10.0.2.15", "10.0.2.2", ChapType::Mutual, "forward-secret-1",
     "reverse-secret-2"},
    {"edk2-vlan.bin", "10.0.2.15", "192.0.2.7", ChapType::None, "", "", 100},
};

}  // namespace isboot::ibft::test
