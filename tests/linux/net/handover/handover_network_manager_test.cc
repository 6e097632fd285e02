#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linux/net/boot_nic.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string profile(const BootNic& nic, const std::string& link = "eth0") {
  return file(nic, "NetworkManager/system-connections/isboot-" + link + ".nmconnection");
}

TEST(NetworkManagerFiles, DescribeAStaticAddress) {
  EXPECT_EQ(profile(eth0()),
            "# By isboot: the root disk is reached through this NIC.\n"
            "[connection]\nid=isboot eth0\nuuid=6973626f-6f74-4000-8000-525400123456\n"
            "type=ethernet\nautoconnect-priority=999\nautoconnect-retries=0\n\n"
            "[ethernet]\nmac-address=52:54:00:12:34:56\n\n"
            "[ipv4]\nmethod=manual\naddress1=10.0.2.15/24\ngateway=10.0.2.2\n"
            "route1=192.0.2.7/32,10.0.2.2\ndns=10.0.2.3;\n\n[ipv6]\nmethod=auto\n");
}

TEST(NetworkManagerFiles, KeepTheAddressOfALeaseWhatever) {
  EXPECT_THAT(profile(eth0_with_lease()),
              HasSubstr("[ipv4]\nmethod=auto\naddress1=10.0.2.15/24\n"
                        "route1=192.0.2.7/32,10.0.2.2\ndns=10.0.2.3;\n"
                        "dhcp-client-id=mac\ndhcp-timeout=2147483647\n"));
}

TEST(NetworkManagerFiles, RouteToATargetOnTheLinkWithoutGateway) {
  BootNic nic = eth0();
  nic.target = *parse_ip("10.0.2.9");
  EXPECT_THAT(profile(nic), HasSubstr("route1=10.0.2.9/32\n"));
}

TEST(NetworkManagerFiles, DescribeIpv6WithoutTurningItOff) {
  EXPECT_THAT(profile(eth0_with_ipv6()),
              HasSubstr("[ipv4]\nmethod=disabled\n\n[ipv6]\nmethod=manual\n"
                        "address1=fd00::15/64\ngateway=fd00::2\n"
                        "route1=2001:db8::7/128,fd00::2\ndns=fd00::3;\n"));
  EXPECT_THAT(profile(eth0()), Not(HasSubstr("[ipv6]\nmethod=ignore")));
}

TEST(NetworkManagerFiles, GoOnListeningToRoutersWithTheAddressThatTheKernelMade) {
  BootNic nic = eth0_with_ipv6();
  nic.advertised = true;
  EXPECT_THAT(profile(nic), HasSubstr("[ipv6]\nmethod=auto\naddress1=fd00::15/64\n"));
  EXPECT_THAT(profile(nic),
              HasSubstr("addr-gen-mode=eui64\nip6-privacy=0\nra-timeout=2147483647\n"));
  nic.address = nic.gateway = {};
  EXPECT_THAT(profile(nic), HasSubstr("[ipv6]\nmethod=auto\naddr-gen-mode=eui64\n"));
  EXPECT_THAT(profile(nic), Not(HasSubstr("route1="))) << "it would be on the link";
}

TEST(NetworkManagerFiles, LeaveTheLinkAloneWhenItHasNoAddress) {
  BootNic nic = eth0();
  nic.address = nic.gateway = {};
  EXPECT_THAT(profile(nic), HasSubstr("[ipv4]\nmethod=disabled\n\n[ipv6]\nmethod=auto\n"));
}

TEST(NetworkManagerFiles, DescribeAVlanAndTheNicBelowIt) {
  EXPECT_THAT(profile(vlan_on_eth0(), "eth0.42"),
              HasSubstr("uuid=6973626f-6f74-4000-802a-525400123456\ntype=vlan\n"));
  EXPECT_THAT(profile(vlan_on_eth0(), "eth0.42"),
              HasSubstr("interface-name=eth0.42\n\n[vlan]\nid=42\n"
                        "parent=6973626f-6f74-4000-8000-525400123456\n\n[ipv4]\nmethod=manual\n"));
  EXPECT_THAT(profile(vlan_on_eth0(), "eth0"),
              HasSubstr("mac-address=52:54:00:12:34:56\n\n[ipv4]\nmethod=disabled\n"));
}

TEST(NetworkManagerFiles, SayThatTheLinksAreInUse) {
  EXPECT_EQ(file(eth0(), "NetworkManager/devices/2"),
            "[device]\nmanaged=true\nconnection-uuid=6973626f-6f74-4000-8000-525400123456\n");
  EXPECT_THAT(file(vlan_on_eth0(), "NetworkManager/devices/2"), HasSubstr("-8000-525400123456\n"));
  EXPECT_THAT(file(vlan_on_eth0(), "NetworkManager/devices/3"), HasSubstr("-802a-525400123456\n"));
}

TEST(NetworkManagerFiles, ShowProfilesToRootOnly) {
  for (const RunFile& file : run_files(vlan_on_eth0())) {
    const bool is_profile = file.path.ends_with(".nmconnection");
    EXPECT_EQ(file.mode, is_profile ? 0600U : 0644U) << file.path;
  }
}

}  // namespace
}  // namespace isboot::linux_platform
