// The script that joins the system's settings with isboot's, run on a made-up root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linux/net/handover/made_up_root.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kOwn = "run/systemd/network/05-isboot-eth0.network";

class NetworkdJoin : public MadeUpRoot {
protected:
  // The file that networkd finds for the NIC.
  std::string join(const std::string& link = "eth0", const char* file = kOwn) {
    run_script("join-networkd-" + link);
    return read(file);
  }
};

TEST_F(NetworkdJoin, TakesIsbootsFileWhereNothingElseFits) {
  has("etc/systemd/network/10-other.network", "[Match]\nName=eth1\n[Network]\nDHCP=yes\n");
  has("etc/systemd/network/11-driver.network", "[Match]\nDriver=virtio_net\n[Link]\nMTUBytes=9\n");
  has("etc/systemd/network/12-no-match.network", "[Network]\nDHCP=yes\n");
  EXPECT_EQ(join(), file(eth0(), "systemd/network/05-isboot-eth0.network"));
}

TEST_F(NetworkdJoin, HoldsTheSystemsSettings) {
  has("run/systemd/network/10-netplan-eth0.network",
      "[Match]\nMACAddress=52:54:00:12:34:56\nName=eth0\n\n[Link]\nMTUBytes=9000\n\n"
      "[Network]\nAddress=10.0.2.15/24\nAddress=10.0.2.200/24\nDNS=10.0.2.9\n"
      "Domains=corp.example.org\nVLAN=eth0.7\n\n[Route]\nDestination=10.77.0.0/16\n");
  const std::string joined = join();
  EXPECT_THAT(joined, StartsWith("# By isboot"));
  EXPECT_THAT(joined, HasSubstr("[Match]\nName=*\nMACAddress=52:54:00:12:34:56\nType=ether\n"));
  for (const char* line :
       {"MTUBytes=9000", "Address=10.0.2.200/24", "DNS=10.0.2.9", "Domains=corp.example.org",
        "VLAN=eth0.7", "Destination=10.77.0.0/16", "KeepConfiguration=yes"})
    EXPECT_THAT(joined, HasSubstr(std::string{"\n"} + line + "\n"));
  EXPECT_THAT(joined, Not(HasSubstr("Address=10.0.2.15/24")));  // 252 fails at it
  EXPECT_THAT(joined, Not(HasSubstr("DNS=10.0.2.3")));
}

TEST_F(NetworkdJoin, LeavesOutWhatWouldTakeRootAway) {
  has("etc/systemd/network/10-a.network",
      "[Match]\nName=eth0\n[Link]\nActivationPolicy=down\nMACAddress=02:00:00:00:00:01\n"
      "[Network]\nKeepConfiguration=no\nBridge=br0\nBond=bond0\n[Address]\nAddress=10.0.2.15/24\n"
      "PreferredLifetime=0\n[Address]\nAddress=10.0.2.7/24\n");
  const std::string joined = join();
  for (const char* line : {"ActivationPolicy", "02:00:00", "KeepConfiguration=no", "Bridge", "Bond",
                           "10.0.2.15", "PreferredLifetime"})
    EXPECT_THAT(joined, Not(HasSubstr(line)));
  EXPECT_THAT(joined, HasSubstr("[Address]\nAddress=10.0.2.7/24\n"));
}

TEST_F(NetworkdJoin, AsksForALeaseWhereTheSystemSaysSoOfThisNic) {
  has("usr/lib/systemd/network/80-all.network",
      "[Match]\nName=e*\n[Network]\nDHCP=yes\nDNS=1.1.1.1\n");
  EXPECT_THAT(join(), Not(HasSubstr("DHCP")));  // firmware was given an address
  EXPECT_THAT(join(), HasSubstr("DNS=1.1.1.1"));
  has("etc/systemd/network/10-eth0.network", "[Match]\nName=eth0\n[Network]\nDHCP=ipv6\n");
  EXPECT_THAT(join(), HasSubstr("DHCP=ipv6"));
  hand_over(eth0_with_lease());
  EXPECT_THAT(join(), HasSubstr("\n[Network]\nKeepConfiguration=yes\nDHCP=yes\n"));
  EXPECT_THAT(join(), HasSubstr("\n[DHCPv4]\nClientIdentifier=mac\n"));
}

TEST_F(NetworkdJoin, KnowsDropInsAndMasksAndWhichFolderComesFirst) {
  const std::string match = "[Match]\nName=eth0\n";
  has("usr/lib/systemd/network/10-a.network", match + "[Link]\nMTUBytes=1000\n");
  has("etc/systemd/network/10-a.network", "");  // masked
  has("usr/lib/systemd/network/20-b.network", match + "[Link]\nMTUBytes=2000\n");
  has("run/systemd/network/20-b.network", match + "[Link]\nMTUBytes=3000\n");
  has("etc/systemd/network/20-b.network.d/x.conf", "[Network]\nDomains=x.example\n");
  const std::string joined = join();
  EXPECT_THAT(joined, HasSubstr("MTUBytes=3000"));
  EXPECT_THAT(joined, HasSubstr("Domains=x.example"));
  EXPECT_THAT(joined, Not(HasSubstr("MTUBytes=2000")));
}

TEST_F(NetworkdJoin, ComesBeforeAFileThatWouldComeBeforeIsboots) {
  has("etc/systemd/network/00-first.network",
      "[Match]\nMACAddress=52-54-00-12-34-56\n[Link]\nMTUBytes=9000\n");
  constexpr const char* kBefore = "run/systemd/network/0-isboot-eth0.network";
  EXPECT_THAT(join("eth0", kBefore), HasSubstr("MTUBytes=9000"));
  std::filesystem::remove(below("etc/systemd/network/00-first.network"));
  EXPECT_EQ(join("eth0", kBefore), "");
}

TEST_F(NetworkdJoin, TellsTheNicBelowAVlanFromTheVlan) {
  hand_over(vlan_on_eth0());
  has("etc/systemd/network/10-nic.network",
      "[Match]\nName=eth0\n[Network]\nVLAN=eth0.7\nLinkLocalAddressing=ipv6\n");
  has("etc/systemd/network/20-vlan.network",
      "[Match]\nName=eth0.42\n[Network]\nAddress=10.0.42.9/24\n");
  EXPECT_THAT(join("eth0.42", "run/systemd/network/05-isboot-eth0.42.network"),
              HasSubstr("Address=10.0.42.9/24"));
  const std::string nic = join("eth0", "run/systemd/network/05-isboot-eth0.42-nic.network");
  EXPECT_THAT(nic, HasSubstr("VLAN=eth0.7\nLinkLocalAddressing=ipv6\n"));
  EXPECT_THAT(nic, HasSubstr("KeepConfiguration=yes"));
  EXPECT_THAT(nic, Not(HasSubstr("LinkLocalAddressing=no")));
}

}  // namespace
}  // namespace isboot::linux_platform
