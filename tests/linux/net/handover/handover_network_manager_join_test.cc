// The script that joins the system's profile with isboot's, run on a made-up root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/linux/net/handover/made_up_root.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NetworkManagerJoin : public MadeUpRoot {
protected:
  void profile(const std::string& path, const std::string& content) {
    has(path + "/NetworkManager/system-connections/" + "wired.nmconnection", content);
  }
  // The profile that NetworkManager finds for the link.
  std::string join(const std::string& link = "eth0") {
    run_script("join-network-manager-" + link);
    return read("run/NetworkManager/system-connections/isboot-" + link + ".nmconnection");
  }
  std::string isboots(const std::string& link = "eth0") {
    return read("run/isboot/isboot-" + link + ".nmconnection");
  }
};

constexpr const char* kWired =
    "[connection]\nid=wired\nuuid=1\ntype=802-3-ethernet\ninterface-name=eth0\nzone=work\n\n"
    "[802-3-ethernet]\nmtu=1400\ncloned-mac-address=random\n\n"
    "[ipv4]\nmethod=manual\naddress1=10.0.2.200/24,10.0.2.1\naddresses2=10.0.2.15/24\n"
    "route1=10.77.0.0/16,10.0.2.9\nroute1_options=mtu=1000\ndns=10.0.2.99;\n"
    "dns-search=corp.example.org;\nmay-fail=false\n\n[ipv6]\nmethod=disabled\n";

TEST_F(NetworkManagerJoin, HoldsTheSystemsSettingsAndRootsAddress) {
  profile("etc", kWired);
  const std::string joined = join();
  EXPECT_EQ(joined,
            "# By isboot: the root disk is reached through this NIC.\n"
            "[connection]\nid=isboot eth0\nuuid=6973626f-6f74-4000-8000-525400123456\n"
            "type=ethernet\nautoconnect-priority=999\nautoconnect-retries=0\nzone=work\n\n"
            "[ethernet]\nmac-address=52:54:00:12:34:56\nmtu=1400\n\n"
            "[ipv4]\nmethod=manual\naddress1=10.0.2.15/24\nroute1=192.0.2.7/32,10.0.2.2\n"
            "address2=10.0.2.200/24,10.0.2.1\nroute2=10.77.0.0/16,10.0.2.9\n"
            "route2_options=mtu=1000\ndns=10.0.2.99;\ndns-search=corp.example.org;\n\n"
            "[ipv6]\nmethod=disabled\n\n");
  struct stat status {};
  ASSERT_EQ(stat(below("run/NetworkManager/system-connections/isboot-eth0.nmconnection").c_str(),
                 &status),
            0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);  // NetworkManager refuses others
}

TEST_F(NetworkManagerJoin, TakesIsbootsProfileWhereNothingElseFits) {
  for (const char* other :
       {"[connection]\ntype=wifi\n", "[connection]\ntype=ethernet\ninterface-name=eth1\n",
        "[connection]\ntype=ethernet\nautoconnect=false\n",
        "[connection]\ntype=ethernet\nmaster=br0\n",
        "[connection]\ntype=ethernet\n[match]\npath=x\n",
        "[connection]\ntype=ethernet\n[ethernet]\nmac-address=02:00:00:00:00:09\n"}) {
    profile("etc", std::string{other} + "[ipv4]\nmethod=auto\n");
    EXPECT_EQ(join(), isboots()) << other;
    EXPECT_THAT(isboots(), HasSubstr("address1=10.0.2.15/24"));
  }
}

TEST_F(NetworkManagerJoin, TakesTheProfileThatNetworkManagerWouldStart) {
  const std::string head = "[connection]\ntype=ethernet\n";
  has("etc/NetworkManager/system-connections/all.nmconnection", head + "[ethernet]\nmtu=1000\n");
  EXPECT_THAT(join(), HasSubstr("mtu=1000"));
  has("run/NetworkManager/system-connections/netplan-eth0.nmconnection",
      head + "[ethernet]\nmac-address=52:54:00:12:34:56\nmtu=2000\n");
  EXPECT_THAT(join(), HasSubstr("mtu=2000"));
  has("etc/NetworkManager/system-connections/first.nmconnection",
      head + "autoconnect-priority=7\n[ethernet]\nmtu=3000\n");
  EXPECT_THAT(join(), HasSubstr("mtu=3000"));
  EXPECT_THAT(join(), Not(HasSubstr("mtu=1000")));
}

TEST_F(NetworkManagerJoin, AsksForALeaseWhereTheSystemSaysSoOfThisNic) {
  const std::string automatic = "[ipv4]\nmethod=auto\ndhcp-timeout=10\n";
  profile("etc", "[connection]\ntype=ethernet\n" + automatic);
  EXPECT_THAT(join(), HasSubstr("[ipv4]\nmethod=manual\n"));  // firmware was given an address
  profile("etc", "[connection]\ntype=ethernet\ninterface-name=eth0\n" + automatic);
  // A server that is away must not end the link.
  EXPECT_THAT(join(),
              HasSubstr("[ipv4]\nmethod=auto\ndhcp-timeout=2147483647\naddress1=10.0.2.15"));
  EXPECT_THAT(join(), Not(HasSubstr("dhcp-timeout=10\n")));
  hand_over(eth0_with_lease());
  profile("etc", kWired);
  EXPECT_THAT(join(),
              HasSubstr("[ipv4]\nmethod=auto\ndhcp-timeout=2147483647\naddress1=10.0.2.15"));
  EXPECT_THAT(join(), HasSubstr("dhcp-client-id=mac\n"));
}

TEST_F(NetworkManagerJoin, NeverTurnsTheFamilyOffThatRootNeeds) {
  hand_over(eth0_with_ipv6());
  profile("etc",
          "[connection]\ntype=ethernet\n[ipv4]\nmethod=auto\n[ipv6]\nmethod=ignore\n"
          "addr-gen-mode=stable-privacy\n");
  EXPECT_THAT(join(), HasSubstr("[ipv6]\nmethod=manual\naddress1=fd00::15/64\ngateway=fd00::2\n"));
  EXPECT_THAT(join(), HasSubstr("[ipv4]\nmethod=auto\ndhcp-timeout=2147483647\n"));
  BootNic advertised = eth0_with_ipv6();
  advertised.advertised = true;
  hand_over(advertised);
  EXPECT_THAT(join(), HasSubstr("[ipv6]\nmethod=auto\nra-timeout=2147483647\n"));
  EXPECT_THAT(join(), HasSubstr("addr-gen-mode=eui64\n"));
  EXPECT_THAT(join(), Not(HasSubstr("stable-privacy")));
}

TEST_F(NetworkManagerJoin, SystemsGatewayStandsInPlaceOfFirmwares) {
  const std::string head = "[connection]\ntype=ethernet\n[ipv4]\nmethod=manual\n";
  profile("etc", head + "address1=10.0.2.15/24,10.0.2.254\n");
  EXPECT_THAT(join(), HasSubstr("gateway=10.0.2.254\n"));
  EXPECT_THAT(join(), Not(HasSubstr("gateway=10.0.2.2\n")));
  profile("etc", head + "address1=10.0.2.15/24\nnever-default=true\n");
  EXPECT_THAT(join(), Not(HasSubstr("gateway=")));
}

TEST_F(NetworkManagerJoin, TellsTheNicBelowAVlanFromTheVlan) {
  hand_over(vlan_on_eth0());
  has("etc/NetworkManager/system-connections/nic",
      "[connection]\ntype=ethernet\n[ethernet]\nmtu=9000\n");
  has("etc/NetworkManager/system-connections/vlan",
      "[connection]\ntype=vlan\ninterface-name=eth0.42\n[vlan]\nid=42\nparent=eth0\n"
      "[ipv4]\nmethod=manual\naddress1=10.0.42.9/24\n");
  const std::string vlan = join("eth0.42");
  EXPECT_THAT(vlan, HasSubstr("address1=10.0.2.15/24"));
  EXPECT_THAT(vlan, HasSubstr("address2=10.0.42.9/24"));
  EXPECT_THAT(vlan, HasSubstr("[vlan]\nid=42\nparent=6973626f"));
  EXPECT_THAT(join("eth0"), HasSubstr("mtu=9000"));
  EXPECT_THAT(join("eth0"), HasSubstr("[ipv4]\nmethod=disabled\n"));
}

}  // namespace
}  // namespace isboot::linux_platform
