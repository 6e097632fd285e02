#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linux/net/boot_nic.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(NameFiles, TellNameServersAndHostName) {
  EXPECT_EQ(file(eth0(), "isboot/resolv.conf"), "nameserver 10.0.2.3\n");
  EXPECT_EQ(file(eth0(), "isboot/hostname"), "node-7.example.org\n");
  BootNic two = eth0();
  two.dns[1] = *parse_ip("fd00::3");
  EXPECT_EQ(file(two, "isboot/resolv.conf"), "nameserver 10.0.2.3\nnameserver fd00::3\n");
  EXPECT_EQ(file(two, "systemd/resolved.conf.d/isboot.conf"),
            "[Resolve]\nFallbackDNS= 10.0.2.3 fd00::3\n");
}

TEST(NameFiles, NameTheNicToCloudInit) {
  EXPECT_EQ(file(eth0(), "initramfs/open-iscsi.interface"), "eth0\n");
}

TEST(NameFiles, LeaveOutWhatTheTableDoesNotSay) {
  BootNic nic = eth0();
  nic.dns = {};
  nic.host_name.clear();
  for (const char* path :
       {"isboot/resolv.conf", "isboot/hostname", "systemd/resolved.conf.d/isboot.conf"})
    EXPECT_EQ(file(nic, path), "none") << path;
}

TEST(NameFiles, NeverPassAHostNameOnThatIsNone) {
  for (const char* name : {"'; reboot; '", "a b", "a\nb", "-rf", ".", "caf\xc3\xa9", "$(id)"}) {
    SCOPED_TRACE(name);
    BootNic nic = eth0();
    nic.host_name = name;
    EXPECT_EQ(file(nic, "isboot/hostname"), "none");
    EXPECT_THAT(file(nic, "net-eth0.conf"), HasSubstr("HOSTNAME=''\n"));
  }
}

TEST(NameFiles, TellInitramfsToolsWhatIpconfigWould) {
  EXPECT_EQ(file(eth0(), "net-eth0.conf"),
            "DEVICE='eth0'\nPROTO='none'\nIPV4ADDR='10.0.2.15'\nIPV4NETMASK='255.255.255.0'\n"
            "IPV4GATEWAY='10.0.2.2'\nIPV4DNS0='10.0.2.3'\nIPV4DNS1='0.0.0.0'\n"
            "HOSTNAME='node-7.example.org'\n");
  EXPECT_THAT(file(eth0_with_lease(), "net-eth0.conf"), HasSubstr("PROTO='dhcp'\n"));
  EXPECT_EQ(file(eth0(), "net6-eth0.conf"), "none");
}

// `isboot plan` and the keeper find the target by it in the booted system, too.
TEST(NameFiles, PassTheRootPathOn) {
  BootNic nic = eth0_with_lease();
  nic.root_path = "iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk";
  EXPECT_THAT(file(nic, "net-eth0.conf"),
              HasSubstr("ROOTPATH='iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk'\n"));
  for (const char* path : {"iscsi:'; reboot; '", "iscsi:a\nb"}) {
    nic.root_path = path;
    EXPECT_THAT(file(nic, "net-eth0.conf"), Not(HasSubstr("ROOTPATH")));
  }
}

TEST(NameFiles, HaveAFormForIpv6) {
  EXPECT_EQ(file(eth0_with_ipv6(), "net6-eth0.conf"),
            "DEVICE6='eth0'\nIPV6PROTO='none'\nIPV6ADDR='fd00::15'\nIPV6NETMASK='64'\n"
            "IPV6GATEWAY='fd00::2'\nIPV6DNS0='fd00::3'\n");
  EXPECT_EQ(file(eth0_with_ipv6(), "net-eth0.conf"), "none");
}

}  // namespace
}  // namespace isboot::linux_platform
