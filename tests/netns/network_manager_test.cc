// The booted system's NetworkManager, the real one, beside a boot NIC.
#include "tests/netns/booted_machine.h"

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBus =
    "<busconfig><type>system</type><listen>unix:path=/run/bus</listen><policy context=\"default\">"
    "<allow user=\"*\"/><allow own=\"*\"/><allow send_type=\"method_call\"/>"
    "<allow send_type=\"signal\"/><allow send_requested_reply=\"true\" "
    "send_type=\"method_return\"/>"
    "<allow send_requested_reply=\"true\" send_type=\"error\"/><allow "
    "receive_type=\"method_call\"/>"
    "<allow receive_type=\"method_return\"/><allow receive_type=\"error\"/>"
    "<allow receive_type=\"signal\"/></policy></busconfig>";
constexpr const char* kWired =
    "[connection]\\nid=wired\\nuuid=11111111-2222-4333-8444-555555555555\\ntype=ethernet\\n"
    "interface-name=eth0\\n[ethernet]\\nmtu=1400\\n[ipv4]\\nmethod=manual\\n"
    "address1=10.0.2.200/24,10.0.2.1\\nroute1=10.77.0.0/16,10.0.2.9\\ndns=10.0.2.99;\\n"
    "dns-search=corp.example.org;\\n[ipv6]\\nmethod=disabled\\n";

class NetworkManager : public BootedMachine {
protected:
  void SetUp() override {
    BootedMachine::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    program_ = machine->output("command -v NetworkManager | tr -d '\\n'");
    bus_program_ = machine->output("command -v dbus-daemon | tr -d '\\n'");
    if (program_.empty() || bus_program_.empty())
      GTEST_SKIP() << "needs NetworkManager and dbus-daemon";
    // It waits for udev unless sysfs is read-only, as in a container.
    machine->run("mkdir -p /etc/NetworkManager /var/lib/NetworkManager");
    for (const char* folder : {"/etc/NetworkManager", "/var/lib/NetworkManager"})
      ASSERT_EQ(mount("tmpfs", folder, "tmpfs", 0, "mode=755"), 0);
    machine->run("printf '" + std::string{kBus} + "' > /run/bus.conf");
    machine->run(
        "printf "
        "'[main]\\nplugins=keyfile\\nauth-polkit=false\\ndns=none\\nrc-manager=unmanaged\\n' "
        "> /etc/NetworkManager/NetworkManager.conf");
    machine->run("mkdir -m 755 /etc/NetworkManager/system-connections; umask 077; printf '" +
                 std::string{kWired} +
                 "' > /etc/NetworkManager/system-connections/wired.nmconnection");
    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/run/bus", 1);
    bus_ = std::make_unique<Daemon>(
        *machine, std::vector<std::string>{bus_program_, "--config-file=/run/bus.conf", "--nofork"},
        "/run/bus.log");
    ASSERT_TRUE(comes_true("test -S /run/bus"));
  }
  // As its unit with isboot's drop-in.
  std::unique_ptr<Daemon> start() {
    machine->run("sh /run/isboot/join-network-manager-eth0 >/run/join.log 2>&1");
    // From here on, as it looks whether there is a udev.
    EXPECT_EQ(mount("none", "/sys", nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    auto running = std::make_unique<Daemon>(
        *machine, std::vector<std::string>{program_, "--no-daemon"}, "/run/manager.log");
    EXPECT_TRUE(comes_true("nmcli -t -f DEVICE,STATE device | grep -q ^eth0:connected"))
        << machine->output("tail -n 40 /run/manager.log");
    return running;
  }

  std::string program_;
  std::string bus_program_;
  std::unique_ptr<Daemon> bus_;
};

// MTU, a second address, a route, name servers and a search domain are the system's.
TEST_F(NetworkManager, HoldsTheSystemsOwnSettingsAndRootsAddress) {
  hand_over();
  watch();
  for (int round = 0; round < 2; ++round) {
    const auto manager = start();
    const std::string link = link_state();
    EXPECT_THAT(link, HasSubstr("mtu 1400"));
    EXPECT_THAT(link, HasSubstr("inet 10.0.2.15/24"));
    EXPECT_THAT(link, HasSubstr("inet 10.0.2.200/24"));
    EXPECT_THAT(link, HasSubstr("10.77.0.0/16 via 10.0.2.9"));
    EXPECT_THAT(link, HasSubstr("default via 10.0.2.1 "));
    const std::string settings = machine->output("nmcli -f IP4 device show eth0");
    EXPECT_THAT(settings, HasSubstr("10.0.2.99"));
    EXPECT_THAT(settings, HasSubstr("corp.example.org"));
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
    manager->stop();
    EXPECT_TRUE(machine->reaches(ip("192.0.2.7"), *outside));
    EXPECT_EQ(mount("none", "/sys", nullptr, MS_REMOUNT, nullptr), 0);
  }
  EXPECT_EQ(lost(), "");
}

// What a boot NIC suffers that nobody told of: the reason for all of it.
TEST_F(NetworkManager, ReplacesRootsAddressByTheSystemsWhenAskedTo) {
  machine->run("mkdir -p /run/isboot; : > /run/isboot/join-network-manager-eth0");
  const auto manager = start();
  machine->run("nmcli connection up wired >/run/up.log 2>&1");
  EXPECT_THAT(link_state(), Not(HasSubstr("inet 10.0.2.15/24")));
}

}  // namespace
}  // namespace isboot::netns
