// The script that carries out the rest of interfaces(5), run on a made-up root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linux/net/handover/made_up_root.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class IfupdownJoin : public MadeUpRoot {
protected:
  // What ifup gets of this file; empty when there is nothing for it to do.
  std::string join(const std::string& interfaces, const std::string& link = "eth0") {
    has("etc/network/interfaces", interfaces);
    run_script("join-ifupdown-" + link);
    return read("run/isboot/interfaces." + link);
  }
};

TEST_F(IfupdownJoin, HoldsTheSystemsSettingsAndLeavesRootsAddress) {
  EXPECT_EQ(
      join("auto lo eth0\niface lo inet loopback\n\n"
           "iface eth0 inet static\n    address 10.0.2.15/24\n    gateway 10.0.2.1\n"
           "    metric 5\n    mtu 1400 # not a comment\n    dns-nameservers 10.0.2.3\n"
           "    dns-search corp.example.org\n"
           "    up ip route add 10.77.0.0/16 \\\n       via 10.0.2.9\n"
           "    down ip route del 10.77.0.0/16\n\n"
           "# a second address\niface eth0 inet static\n\taddress 10.0.9.1\n"
           "\tnetmask 255.255.0.0\n\niface eth0 inet6 static\n\taddress fd00::5/64\n"
           "\tgateway fd00::1\n\taccept_ra 0\n\niface eth1 inet dhcp\n\tmtu 9000\n"),
      "iface eth0 inet manual\n\tup ip route add default via 10.0.2.1 dev eth0 metric 5 onlink "
      "|| true\n\tmtu 1400 # not a comment\n\tdns-nameservers 10.0.2.3\n"
      "\tdns-search corp.example.org\n\tup ip route add 10.77.0.0/16        via 10.0.2.9\n"
      "iface eth0 inet manual\n\tup ip addr add 10.0.9.1/255.255.0.0 dev eth0 || true\n"
      "iface eth0 inet6 manual\n\tup ip -6 addr add fd00::5/64 dev eth0 || true\n"
      "\tup ip -6 route add default via fd00::1 dev eth0 onlink || true\n");
}

TEST_F(IfupdownJoin, StartsNoClientAndNothingThatTakesRootAway) {
  const std::string joined = join(
      "allow-hotplug eth0\niface eth0 inet dhcp\n  hwaddress ether 02:00:00:00:00:01\n"
      "  bond-master bond0\n  bridge_ports eth0\n  pre-down ip link set eth0 down\n"
      "  post-up logger up\n");
  EXPECT_EQ(joined, "iface eth0 inet manual\n\tpost-up logger up\n");
}

TEST_F(IfupdownJoin, IsNotAskedByAStanzaThatNobodyStarts) {
  EXPECT_EQ(join("auto eth1\niface eth0 inet dhcp\n  mtu 1400\n"), "");
  EXPECT_EQ(join("auto eth0\niface eth1 inet dhcp\n  mtu 1400\n"), "");
  EXPECT_THAT(join("auto /eth*\niface eth0 inet dhcp\n  mtu 1400\n"), HasSubstr("mtu 1400"));
}

TEST_F(IfupdownJoin, FollowsWhatTheFileIncludes) {
  has("etc/network/interfaces.d/eth0", "auto eth0\niface eth0 inet dhcp\n  mtu 1400\n");
  has("etc/network/interfaces.d/eth0.dpkg-old", "iface eth0 inet dhcp\n  mtu 1500\n");
  has("etc/network/more/a.cfg", "iface eth0 inet6 auto\n  dns-search a.example\nsource a.cfg\n");
  const std::string joined =
      join("source-directory interfaces.d\n\tsource /etc/network/more/*.cfg");
  EXPECT_THAT(joined, HasSubstr("inet manual\n\tmtu 1400\n"));
  EXPECT_THAT(joined, Not(HasSubstr("1500")));
  EXPECT_THAT(joined, HasSubstr("inet6 manual\n\tdns-search a.example\n"));
}

TEST_F(IfupdownJoin, TellsTheNicBelowAVlanFromTheVlan) {
  hand_over(vlan_on_eth0());
  const std::string both =
      "auto eth0 eth0.42\niface eth0 inet manual\n  mtu 9000\niface eth0.42 inet static\n"
      "  address 10.0.2.15/24\n  vlan-raw-device eth0\n  mtu 1400\n";
  EXPECT_EQ(join(both, "eth0.42"), "iface eth0.42 inet manual\n\tmtu 1400\n");
  EXPECT_EQ(join(both, "eth0"), "iface eth0 inet manual\n\tmtu 9000\n");
}

TEST_F(IfupdownJoin, IsDoneBeforeIfupdownStarts) {
  EXPECT_THAT(file(eth0(), "systemd/system.control/networking.service.d/isboot-eth0.conf"),
              HasSubstr("[Service]\nExecStartPre=-+/bin/sh /run/isboot/join-ifupdown-eth0\n"));
}

}  // namespace
}  // namespace isboot::linux_platform
