// Two NICs in one subnet, two connections to one target: each goes over its own NIC.
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <thread>
#include <vector>

#include "platform/linux/initiator/tcp_stream.h"
#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

using linux_platform::TcpStream;

constexpr std::size_t kAmount = 1 << 20;  // far above ARP and whatever else goes on

class TwoNics : public NetworkTest {
protected:
  // eth0 and eth1 are plugged into one switch, where the target 10.0.2.2, fd00::2 is.
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in("eth0", kMac, "far0");
    plug_in("eth1", "52:54:00:00:00:02", "far1");
    make_switch("far0 far1");
    // As some distributions have it.
    machine->run("echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter");
  }
  LinkId configure(Text nic, LinkConfig wanted, bool apart) {
    wanted.apart = apart;
    const auto link = network.find_link(mac(nic), in(2000));
    EXPECT_TRUE(link) << log_text();
    const auto done = bring_up(*link, wanted, in(5000));
    EXPECT_TRUE(done) << log_text();
    return done ? *done : LinkId{};
  }
  // Bytes through the switch's port of a NIC since the last question.
  std::size_t bytes(const std::string& port) {
    // sysfs shows the machine's links: the other ends of the same cables.
    const std::size_t now = counted(port, "rx_bytes") + counted(port, "tx_bytes");
    return now - std::exchange(seen_[port], now);
  }
  // Sends kAmount to a listener outside over a connection through `via`; false: no connection.
  bool transfer(const IpAddress& target, Via via) {
    linux_platform::UniqueFd listener;
    std::uint16_t port = 0;
    std::thread open{[&] {
      outside->enter();
      listener.reset(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in6 place{};
      socklen_t size = sizeof place;
      EXPECT_EQ(listen(listener.get(), 1), 0);
      EXPECT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&place), &size), 0);
      port = ntohs(place.sin6_port);
    }};
    open.join();
    TcpStream stream{clock};
    if (!stream.connect({target, port}, via, in(4000))) return false;
    const linux_platform::UniqueFd peer{accept(listener.get(), nullptr, nullptr)};
    std::thread reader{[&peer] {
      std::array<std::uint8_t, 65536> buffer{};
      while (recv(peer.get(), buffer.data(), buffer.size(), 0) > 0) {
      }
    }};
    const std::vector<std::uint8_t> data(kAmount);
    EXPECT_TRUE(stream.send(data, in(10'000)));
    stream.close();
    reader.join();
    return true;
  }

  LinkConfig first() { return config("10.0.2.15", 24, "", "10.0.2.2"); }
  LinkConfig second() { return config("10.0.2.16", 24, "", "10.0.2.2"); }

private:
  std::map<std::string, std::size_t> seen_;
};

TEST_F(TwoNics, CarryEachItsOwnConnection) {
  const LinkId eth0 = configure(kMac, first(), true);
  const LinkId eth1 = configure("52:54:00:00:00:02", second(), true);
  (void)bytes("eth0");
  (void)bytes("eth1");
  ASSERT_TRUE(transfer(ip("10.0.2.2"), {eth1.index, true}));
  EXPECT_GE(bytes("eth1"), kAmount);
  EXPECT_LT(bytes("eth0"), kAmount / 10);
  ASSERT_TRUE(transfer(ip("10.0.2.2"), {eth0.index, true}));
  EXPECT_GE(bytes("eth0"), kAmount);
  EXPECT_LT(bytes("eth1"), kAmount / 10);
}

TEST_F(TwoNics, CarryEachItsOwnConnectionInIpv6) {
  const LinkId eth0 = configure(kMac, config("fd00::15", 64, "", "fd00::2"), true);
  const LinkId eth1 = configure("52:54:00:00:00:02", config("fd00::16", 64, "", "fd00::2"), true);
  (void)bytes("eth0");
  (void)bytes("eth1");
  ASSERT_TRUE(transfer(ip("fd00::2"), {eth1.index, true}));
  EXPECT_GE(bytes("eth1"), kAmount);
  ASSERT_TRUE(transfer(ip("fd00::2"), {eth0.index, true}));
  EXPECT_GE(bytes("eth0"), kAmount);
}

// Why all of that is needed: the kernel's routes are the machine's.
TEST_F(TwoNics, ShareTheFirstWhenNobodyKeepsThemApart) {
  configure(kMac, first(), false);
  const LinkId eth1 = configure("52:54:00:00:00:02", second(), false);
  machine->run("echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter");
  (void)bytes("eth0");
  ASSERT_TRUE(transfer(ip("10.0.2.2"), {eth1.index, false}));
  EXPECT_GE(bytes("eth0"), kAmount / 2);
}

TEST_F(TwoNics, AnswerForTheirOwnAddressOnly) {
  configure(kMac, first(), true);
  configure("52:54:00:00:00:02", second(), true);
  // The question of the other side is heard by both.
  outside->run("ip neigh flush all");
  EXPECT_TRUE(outside->reaches(ip("10.0.2.15"), *machine));
  EXPECT_TRUE(outside->reaches(ip("10.0.2.16"), *machine));
  const std::string known = outside->output("ip neigh show dev switch");
  EXPECT_THAT(known, ::testing::HasSubstr("10.0.2.15 lladdr 52:54:00:00:00:01"));
  EXPECT_THAT(known, ::testing::HasSubstr("10.0.2.16 lladdr 52:54:00:00:00:02"));
}

TEST_F(TwoNics, HaveTheSettingsThatKeepThemApart) {
  configure(kMac, first(), true);
  const std::string folder = "cd /proc/sys/net/ipv4/conf/eth0; ";
  EXPECT_EQ(machine->output(folder + "cat arp_ignore arp_announce rp_filter"), "1\n2\n2\n");
}

TEST_F(TwoNics, AreLeftAsTheyAreWhenThereIsNoOther) {
  configure(kMac, first(), false);
  const std::string folder = "cd /proc/sys/net/ipv4/conf/eth0; ";
  EXPECT_EQ(machine->output(folder + "cat arp_ignore arp_announce rp_filter"), "0\n0\n0\n");
}

}  // namespace
}  // namespace isboot::netns
