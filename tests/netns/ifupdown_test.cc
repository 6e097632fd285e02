// The booted system's ifupdown, the real one, beside a boot NIC.
#include "tests/netns/booted_machine.h"

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Ifupdown : public BootedMachine {
protected:
  void SetUp() override {
    BootedMachine::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (machine->output("ifup --version 2>&1; true").find("ifup version 0") == std::string::npos)
      GTEST_SKIP() << "needs ifupdown";
    machine->run("mkdir -p /etc/network");
    ASSERT_EQ(mount("tmpfs", "/etc/network", "tmpfs", 0, "mode=755"), 0);
    machine->run(
        "cd /etc/network; mkdir if-pre-up.d if-up.d if-down.d if-post-down.d /run/network");
    // What resolvconf's script would be told.
    machine->run(
        "printf '#!/bin/sh\\necho \"$IFACE $IF_DNS_NAMESERVERS $IF_DNS_SEARCH\" >>/run/dns\\n' "
        "> /etc/network/if-up.d/dns; chmod 755 /etc/network/if-up.d/dns");
  }
  void system_has(const std::string& interfaces) {
    machine->run("printf '" + interfaces + "' > /etc/network/interfaces");
  }
  // As networking.service with isboot's drop-in.
  std::string start() {
    return machine->output("(sh /run/isboot/join-ifupdown-eth0 && ifup -a) 2>&1; true");
  }
};

constexpr const char* kInterfaces =
    "auto lo eth0\\niface lo inet loopback\\niface eth0 inet dhcp\\n"
    "  mtu 1400\\n  dns-nameservers 10.0.2.3\\n  dns-search corp.example.org\\n"
    "  up ip route add 10.77.0.0/16 via 10.0.2.9\\n  down ip link set eth0 down\\n"
    "iface eth0 inet static\\n  address 10.0.2.200/24\\n";

// MTU, a second address, a route, name servers and a search domain are the system's.
TEST_F(Ifupdown, HoldsTheSystemsOwnSettingsAndRootsAddress) {
  system_has(kInterfaces);
  hand_over();
  watch();
  for (int round = 0; round < 2; ++round) {
    const std::string said = start();
    const std::string link = link_state();
    EXPECT_THAT(link, HasSubstr("mtu 1400")) << said;
    EXPECT_THAT(link, HasSubstr("inet 10.0.2.15/24")) << said;
    EXPECT_THAT(link, HasSubstr("inet 10.0.2.200/24")) << said;
    EXPECT_THAT(link, HasSubstr("10.77.0.0/16 via 10.0.2.9")) << said;
    EXPECT_THAT(machine->output("cat /run/dns"), HasSubstr("eth0 10.0.2.3 corp.example.org"))
        << said;
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
    machine->run(
        "ifdown -a 2>&1; ifdown eth0 2>&1; sh -c 'echo isboot >/run/network/ifstate.eth0'");
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
  }
  EXPECT_EQ(lost(), "");
}

TEST_F(Ifupdown, LeavesANicAloneOfWhichTheSystemSaysNothing) {
  system_has("auto lo\\niface lo inet loopback\\niface eth0 inet dhcp\\n  mtu 1400\\n");
  hand_over();
  watch();
  (void)start();
  EXPECT_THAT(link_state(), Not(HasSubstr("mtu 1400")));
  EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
  EXPECT_EQ(lost(), "");
}

}  // namespace
}  // namespace isboot::netns
