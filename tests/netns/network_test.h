// What the tests of LinuxNetwork share: a namespace that plays the machine, one that
// plays the switch's other side, and the class under test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/linux/net/link/linux_network.h"
#include "platform/linux/system/clock.h"
#include "testing/fake_log.h"
#include "tests/netns/namespace.h"

namespace isboot::netns {

inline IpAddress ip(Text text) { return text.empty() ? IpAddress{} : *parse_ip(text); }
inline MacAddress mac(Text text) { return *parse_mac(text); }

class NetworkTest : public ::testing::Test {
protected:
  static constexpr Text kMac = "52:54:00:00:00:01";

  void SetUp() override {
    const std::string reason = reason_to_skip();
    if (!reason.empty()) GTEST_SKIP() << reason;
    machine.emplace(Namespace::create());
    outside.emplace(Namespace::create());
    machine->enter(true);
  }

  // A cable: eth0 with kMac in the machine, `far` outside with 10.0.2.2/24 and fd00::2/64.
  void plug_in(const std::string& name = "eth0", Text address = kMac, Text far = "far") {
    machine->run("ip link add " + name + " address " + std::string{address} +
                 " type veth peer name " + std::string{far} + " netns " + outside->path());
  }
  void far_side_up(Text far = "far") {
    outside->run("ip link set " + std::string{far} + " up");
    outside->run("ip addr add 10.0.2.2/24 dev " + std::string{far});
    outside->run("ip addr add fd00::2/64 nodad dev " + std::string{far});
  }
  // Cables into one switch, which is a router as well, 10.0.2.2, fd00::2 and fe80::1: their
  // far ends are `ports`.
  void make_switch(const std::string& ports) {
    outside->run("ip link add switch type bridge; ip link set switch up");
    outside->run("for port in " + ports + "; do ip link set $port master switch up; done");
    outside->run("ip addr add 10.0.2.2/24 dev switch; ip addr add fd00::2/64 nodad dev switch");
    outside->run("ip addr add fe80::1/64 nodad dev switch");
  }
  // outside, a router, near -- end (target) 192.0.2.7, 2001:db8::7; the cable takes `mtu`.
  void plug_in_behind_router(const Namespace& target, const std::string& mtu) {
    outside->run("ip link add near mtu " + mtu + " type veth peer name end mtu " + mtu + " netns " +
                 target.path());
    outside->run("ip link set near up; ip addr add 192.0.2.1/24 dev near");
    outside->run("ip addr add 2001:db8::1/64 nodad dev near");
    outside->run("echo 1 > /proc/sys/net/ipv4/ip_forward");
    outside->run("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    target.run("ip link set end up; ip addr add 192.0.2.7/24 dev end");
    // An address that comes at the moment of the carrier may never join its multicast group, and
    // then nobody finds it (seen with 6.1: solicitations came in and were not delivered).
    target.run(
        "for i in $(seq 100); do ip link show end | grep -q 'state UP' && break; sleep 0.05; done");
    target.run("ip addr add 2001:db8::7/64 nodad dev end");
    target.run("ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1");
  }
  // eth0 with kMac, its cable ends in far0; on it a macvlan, mv0, with the same MAC and the lower
  // number.
  void plug_in_with_macvlan() {
    plug_in("early");  // for its number
    const std::string number = machine->output("cat /sys/class/net/early/ifindex");
    plug_in("eth0", "52:54:00:00:00:99", "far0");
    machine->run("ip link del early; ip link add link eth0 name mv0 address " + std::string{kMac} +
                 " index " + number.substr(0, number.size() - 1) + " type macvlan");
    machine->run("ip link set eth0 address " + std::string{kMac});
  }
  // Once eth0 is plugged in.
  static bool kernel_has_vlans() {
    return std::system(
               "ip link add link eth0 name probe type vlan id 1 2>/dev/null && "
               "ip link del probe") == 0;
  }
  // What a link of the machine has counted: "rx_bytes", "tx_packets".
  std::size_t counted(const std::string& link, const std::string& what) {
    return std::stoul(machine->output("cat /sys/class/net/" + link + "/statistics/" + what));
  }

  LinkConfig config(Text address, std::uint8_t prefix, Text gateway, Text target) {
    LinkConfig made;
    made.address = ip(address);
    made.prefix = prefix;
    made.gateway = ip(gateway);
    made.target = ip(target);
    return made;
  }

  // As establish() does it.
  Result<LinkId> bring_up(LinkId link, const LinkConfig& wanted, Millis deadline) {
    const LinkId up = ISBOOT_TRY(network.configure(link, wanted, deadline));
    ISBOOT_TRY(network.wait_ready(deadline));
    return up;
  }

  Millis in(Millis milliseconds) { return clock.now() + milliseconds; }
  std::string log_text() const {
    std::string text;
    for (const std::string& line : log.lines) text += line + "\n";
    return text;
  }

  linux_platform::LinuxClock clock;
  testing::FakeLog log;
  linux_platform::LinuxNetwork network{clock, log};
  std::optional<Namespace> machine;
  std::optional<Namespace> outside;
};

}  // namespace isboot::netns
