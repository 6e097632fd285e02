#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linux/net/boot_nic.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;

TEST(IfupdownFiles, SayThatTheLinkIsConfiguredUnderANameThatNoFileHas) {
  EXPECT_EQ(file(eth0(), "network/ifstate.eth0"), "isboot\n");
  EXPECT_EQ(file(eth0(), "network/ifstate"), "none") << "ifdown -a would take what it lists";
}

TEST(IfupdownFiles, KeepHotplugAwayFromTheLink) {
  EXPECT_THAT(file(eth0(), "systemd/system.control/ifup@eth0.service.d/isboot.conf"),
              HasSubstr("[Unit]\nConditionPathExists=!/run/network/ifstate.eth0\n"));
  BootNic odd = eth0();
  odd.link.name = "wan-0";
  EXPECT_THAT(file(odd, "systemd/system.control/ifup@wan\\x2d0.service.d/isboot.conf"),
              HasSubstr("!/run/network/ifstate.wan-0\n"));
}

TEST(IfupdownFiles, ProtectTheNicBelowAVlanToo) {
  EXPECT_EQ(file(vlan_on_eth0(), "network/ifstate.eth0.42"), "isboot\n");
  EXPECT_EQ(file(vlan_on_eth0(), "network/ifstate.eth0"), "isboot\n");
  EXPECT_THAT(file(vlan_on_eth0(), "systemd/system.control/ifup@eth0.42.service.d/isboot.conf"),
              HasSubstr("ifstate.eth0.42\n"));
}

}  // namespace
}  // namespace isboot::linux_platform
