#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linux/net/boot_nic.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(NetworkdFiles, KeepAStaticAddress) {
  const std::string content = file(eth0(), "systemd/network/05-isboot-eth0.network");
  EXPECT_THAT(content, HasSubstr("MACAddress=52:54:00:12:34:56\nType=ether\n"));
  EXPECT_THAT(content, HasSubstr("KeepConfiguration=yes\n"));
  EXPECT_THAT(content, Not(HasSubstr("\nAddress=")));
  EXPECT_THAT(content, HasSubstr("DNS=10.0.2.3\n"));
  EXPECT_THAT(content, Not(HasSubstr("DHCP")));
}

TEST(NetworkdFiles, RenewALease) {
  const std::string content = file(eth0_with_lease(), "systemd/network/05-isboot-eth0.network");
  EXPECT_THAT(content, HasSubstr("DHCP=ipv4\n"));
  EXPECT_THAT(content, HasSubstr("ClientIdentifier=mac\n"));
  EXPECT_THAT(content, Not(HasSubstr("\nAddress=")));
}

TEST(NetworkdFiles, GoOnListeningToRouters) {
  BootNic nic = eth0_with_ipv6();
  EXPECT_THAT(file(nic, "systemd/network/05-isboot-eth0.network"), Not(HasSubstr("IPv6AcceptRA")));
  nic.advertised = true;
  EXPECT_THAT(file(nic, "systemd/network/05-isboot-eth0.network"),
              HasSubstr("KeepConfiguration=yes\nIPv6AcceptRA=yes\n"));
}

TEST(NetworkdFiles, ProtectAVlanAndTheNicBelowIt) {
  EXPECT_THAT(file(vlan_on_eth0(), "systemd/network/05-isboot-eth0.42.network"),
              HasSubstr("Name=eth0.42\nMACAddress=52:54:00:12:34:56\nType=vlan\n"));
  EXPECT_THAT(file(vlan_on_eth0(), "systemd/network/05-isboot-eth0.42-nic.network"),
              HasSubstr("Type=ether\n\n[Network]\nKeepConfiguration=yes\n"));
}

TEST(NetworkdFiles, HaveUdevLeaveTheNameAlone) {
  for (const BootNic& nic : {eth0(), vlan_on_eth0()}) {
    const std::string content = file(nic, "systemd/network/05-isboot-" + nic.link.name + ".link");
    EXPECT_THAT(content, HasSubstr("[Match]\nMACAddress=52:54:00:12:34:56\nType=ether\n"));
    EXPECT_THAT(content, HasSubstr("[Link]\nNamePolicy=\nAlternativeNamesPolicy=\n"));
    EXPECT_THAT(file(nic, "udev/rules.d/05-isboot-eth0.rules"),
                HasSubstr("SUBSYSTEM==\"net\", KERNEL==\"eth0\", "
                          "ATTR{address}==\"52:54:00:12:34:56\", NAME:=\"eth0\"\n"));
  }
}

}  // namespace
}  // namespace isboot::linux_platform
