// The booted system's systemd-networkd, the real one, beside a boot NIC.
#include "tests/netns/booted_machine.h"

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;

constexpr const char* kNetworkd = "/lib/systemd/systemd-networkd";

class Networkd : public BootedMachine {
protected:
  void SetUp() override {
    for (const char* program : {kNetworkd, "/bin/busybox"})
      if (access(program, X_OK) != 0) GTEST_SKIP() << "needs " << program;
    BootedMachine::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // networkd waits for udev unless sysfs is read-only, as in a container.
    ASSERT_EQ(mount("none", "/sys", nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    machine->run(
        "mkdir -p /run/systemd/netif/links /run/systemd/netif/leases "
        "/run/systemd/netif/lldp /run/systemd/network");
    machine->run("chown -R systemd-network: /run/systemd/netif");
  }

  // The system has a file of its own, which takes every NIC for DHCP, as images have.
  void system_wants_dhcp() {
    machine->run(
        "printf '[Match]\\nName=*\\n[Network]\\nDHCP=yes\\n' "
        "> /run/systemd/network/80-every-nic.network");
  }
  // Gives the machine the address that it has; the lease lasts ten seconds.
  std::unique_ptr<Daemon> dhcp_server() {
    outside->run(
        "printf 'interface far\\nstart 10.0.2.100\\nend 10.0.2.120\\nmax_leases 20\\n"
        "static_lease 52:54:00:00:00:01 10.0.2.15\\noption subnet 255.255.255.0\\n"
        "option lease 10\\nlease_file /run/leases\\npidfile /run/udhcpd.pid\\n' "
        "> /run/udhcpd.conf; touch /run/leases");
    return std::make_unique<Daemon>(
        *outside, std::vector<std::string>{"/bin/busybox", "udhcpd", "-f", "/run/udhcpd.conf"},
        "/run/udhcpd.log");
  }
  std::string state_file() { return "/run/systemd/netif/links/" + std::to_string(number_); }
  std::string networkd_log() { return machine->output("cat /run/networkd.log"); }
};

// What an unprotected NIC suffers: the reason for the file.
TEST_F(Networkd, TakesTheAddressAwayWhenItStopsAndNobodyToldItNotTo) {
  const auto server = dhcp_server();
  system_wants_dhcp();
  Daemon networkd{*machine, {kNetworkd}, "/run/networkd.log"};
  ASSERT_TRUE(comes_true("grep -q 'DHCPv4 address 10.0.2.15/24' /run/networkd.log"));
  networkd.stop();
  EXPECT_TRUE(comes_true("! ip -4 addr show dev eth0 | grep -q 10.0.2.15"));
}

TEST_F(Networkd, LeavesTheNicInPeaceWhenItStartsStopsAndStartsAgain) {
  system_wants_dhcp();
  hand_over();
  watch();
  const std::string routes = machine->output("ip -4 route");
  // "configured" takes twelve seconds, in which networkd listens for IPv6 routers: once is
  // enough.
  for (const char* state : {"configured", "configuring"}) {
    SCOPED_TRACE(state);
    Daemon networkd{*machine, {kNetworkd}, "/run/networkd.log"};
    EXPECT_TRUE(comes_true("grep -q ADMIN_STATE=" + std::string{state} + " " + state_file()))
        << networkd_log();
    EXPECT_THAT(machine->output("cat " + state_file()), HasSubstr("05-isboot-eth0.network"));
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
    networkd.stop();
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
    EXPECT_EQ(machine->output("ip -4 route"), routes);
  }
  EXPECT_EQ(lost(), "");
}

// MTU, a second address, a route, DNS and a search domain are the system's; root's address and
// routes stay, also where the system names that address too. As netplan writes it.
TEST_F(Networkd, HoldsTheSystemsOwnSettingsAndRootsAddress) {
  machine->run(
      "printf '[Match]\\nMACAddress=52:54:00:00:00:01\\nName=eth0\\n[Link]\\nMTUBytes=1400\\n"
      "[Network]\\nLinkLocalAddressing=no\\nIPv6AcceptRA=no\\nAddress=10.0.2.15/24\\n"
      "Address=10.0.2.200/24\\nGateway=10.0.2.2\\nDNS=10.0.2.3\\nDomains=corp.example.org\\n"
      "[Route]\\nDestination=10.77.0.0/16\\nGateway=10.0.2.9\\n' "
      "> /run/systemd/network/10-netplan-eth0.network");
  hand_over();
  watch();
  for (int start = 0; start < 2; ++start) {
    machine->run("rm -f " + state_file() + "; sh /run/isboot/join-networkd-eth0");  // as its unit
    Daemon networkd{*machine, {kNetworkd}, "/run/networkd.log"};
    EXPECT_TRUE(comes_true("grep -q ADMIN_STATE=configured " + state_file())) << networkd_log();
    const std::string state = machine->output("cat " + state_file());
    EXPECT_THAT(state, HasSubstr("DNS=10.0.2.3"));
    EXPECT_THAT(state, HasSubstr("DOMAINS=corp.example.org"));
    const std::string link = machine->output("ip addr show dev eth0; ip route");
    EXPECT_THAT(link, HasSubstr("mtu 1400"));
    EXPECT_THAT(link, HasSubstr("inet 10.0.2.15/24"));
    EXPECT_THAT(link, HasSubstr("inet 10.0.2.200/24"));
    EXPECT_THAT(link, HasSubstr("10.77.0.0/16 via 10.0.2.9"));
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
    networkd.stop();
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
  }
  EXPECT_EQ(lost(), "");
}

TEST_F(Networkd, RenewsTheLeaseThatFirmwareGot) {
  const auto server = dhcp_server();
  system_wants_dhcp();
  hand_over(true);
  watch();
  Daemon networkd{*machine, {kNetworkd}, "/run/networkd.log"};
  // The server's leases last ten seconds, so a second one is a renewal after five.
  EXPECT_TRUE(comes_true("test $(grep -c 'ACK to 10.0.2.15' /run/udhcpd.log) -ge 2"))
      << networkd_log();
  EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
  networkd.stop();
  EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
  EXPECT_EQ(lost(), "");
}

}  // namespace
}  // namespace isboot::netns
