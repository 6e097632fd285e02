// What the tests of LinuxNetwork share: a namespace that plays the machine, one that
// plays the switch's other side, and the class under test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/linux/net/linux_network.h"
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
