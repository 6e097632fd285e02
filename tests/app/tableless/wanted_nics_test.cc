#include "app/tableless/wanted_nics.h"

#include <gtest/gtest.h>

#include "tests/app/tableless/boot_table_fixture.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

using WantedNicsTest = BootTableTest;

TEST_F(WantedNicsTest, StaticAddressAtTheNicThatWasThereFirst) {
  const boot::Plan path = plan(kUrl + "ip=10.0.2.15::10.0.2.2:24");
  ASSERT_EQ(path.count, 1U);
  EXPECT_EQ(source_, "kernel command line");
  EXPECT_EQ(path[0].nic.mac, *parse_mac("52:54:00:00:00:02"));
  EXPECT_EQ(path[0].login.initiator_name.view(),
            "iqn.2026-11.invalid.isboot:uuid:c0ffee00-1234-5678-9abc-def012345678");
}

TEST_F(WantedNicsTest, NicIsTheOneThatIsNamed) {
  EXPECT_EQ(plan(kUrl + "ip=10.0.2.15:::24::eth1:none")[0].nic.mac,
            *parse_mac("52:54:00:00:00:03"));
  EXPECT_EQ(plan(kUrl + "ip=10.0.2.15:::24 BOOTIF=01-52-54-00-00-00-03")[0].nic.mac,
            *parse_mac("52:54:00:00:00:03"));
  (void)parameters_.nic.assign("eth1");
  EXPECT_EQ(plan(kUrl + "ip=10.0.2.15:::24")[0].nic.name.view(), "eth1");
}

TEST_F(WantedNicsTest, LeaseIsTheClients) {
  write("run/net-eth1.conf",
        "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.0.0'\nIPV4GATEWAY='10.0.2.2'\n");
  const boot::Plan path = plan(kUrl + "ip=dhcp");
  EXPECT_EQ(path[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  EXPECT_EQ(path[0].link.address, IpAddress::v4(10, 0, 2, 77));
  EXPECT_EQ(path[0].link.prefix, 16);
  EXPECT_EQ(path[0].origin, ibft::Origin::Dhcp);
}

TEST_F(WantedNicsTest, LeasesOfDracutAreFoundToo) {
  write("tmp/dhclient.eth1.dhcpopts",
        "new_ip_address='10.0.2.77'\nnew_subnet_mask=255.255.255.0\n");
  EXPECT_EQ(plan(kUrl + "ip=eth1:dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 77));
  fs::remove_all(root_ / "tmp");
  write("leases/3", "ADDRESS=10.0.2.78\nNETMASK=255.255.255.0\n");
  EXPECT_EQ(plan(kUrl + "ip=eth1:dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 78));
}

// Two leases: the loader's NIC, or the one that the user names, is not that of the first of them.
TEST_F(WantedNicsTest, LeaseIsThatOfTheNicThatIsNamed) {
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  write("run/net-eth1.conf", "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.0.0'\n");
  for (const char* line :
       {"ip=dhcp BOOTIF=01-52-54-00-00-00-03", "ip=dhcp BOOTIF=52-54-00-00-00-03",
        "ip=::::::::52:54:00:00:00:03", "ip=eth1:dhcp"})
    EXPECT_EQ(plan(kUrl + line)[0].link.address, IpAddress::v4(10, 0, 2, 77)) << line;
  for (const char* nic : {"eth1", "52:54:00:00:00:03"}) {
    (void)parameters_.nic.assign(nic);
    EXPECT_EQ(plan(kUrl + "ip=dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 77)) << nic;
  }
}

// The first lease is that of a network without a way to the target.
TEST_F(WantedNicsTest, LeaseIsThatOfTheNicThatLeadsToTheTarget) {
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  const std::string second = "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.255.0'\n";
  write("run/net-eth1.conf", second);
  EXPECT_EQ(plan(kUrl + "ip=dhcp")[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  const std::string far = "isboot.url=iscsi:192.0.2.7:::1:iqn.2026-11.org.example:disk ";
  write("run/net-eth1.conf", second + "IPV4GATEWAY='10.0.2.2'\n");
  EXPECT_EQ(plan(far + "ip=dhcp")[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  // What names a NIC has that one's lease to itself.
  EXPECT_EQ(plan(far + "ip=dhcp ip=eth1:dhcp")[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  write("tmp/dhclient.eth1.dhcpopts",
        "new_ip_address='10.0.2.78'\nnew_subnet_mask=255.255.255.0\n");
  EXPECT_EQ(plan(kUrl + "ip=dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 77));
}

// Nothing more can come, or nothing better is known.
TEST_F(WantedNicsTest, WaitsForNoLeaseWhereEachNicHasOneOrTheTargetIsKnownByName) {
  testing::FakeClock clock;
  const Millis begin = clock.now();
  const Patience patience{clock, begin + 10'000};
  const auto made = [&](const std::string& line) {
    write("cmdline", line + "\n");
    log_.lines.clear();
    return static_cast<bool>(table_of_command_line(parameters_, log_, &patience, paths_));
  };
  const std::string lease = "IPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n";
  write("run/net-eth0.conf", "DEVICE='eth0'\n" + lease);
  EXPECT_TRUE(made("isboot.url=iscsi:disks.example:::1:iqn.2026-11.org.example:disk ip=dhcp"));
  EXPECT_EQ(clock.now(), begin);
  write("run/net-eth1.conf", "DEVICE='eth1'\n" + lease);
  for (const char* line : {"ip=dhcp", "ip=dhcp ip=dhcp"}) {
    EXPECT_TRUE(made(kUrl + line));
    EXPECT_EQ(clock.now(), begin) << line;
    EXPECT_EQ(log_.lines, "");
  }
}

TEST_F(WantedNicsTest, LeasesTakeNoRoomFromWhatLeadsToTheTarget) {
  for (int i = 0; i < 9; ++i) {
    const std::string name = "en" + std::to_string(i);
    const std::string net = "10.1." + std::to_string(i);
    add_nic(name, 10 + i, "52:54:00:00:01:0" + std::to_string(i), 1);
    std::filesystem::create_directory(root_ / "net" / name / "device");
    write("run/net-" + name + ".conf", "DEVICE='" + name + "'\nIPV4ADDR='" + net +
                                           ".9'\nIPV4NETMASK='255.255.255.0'\nIPV4GATEWAY='" + net +
                                           ".1'\n");
  }
  EXPECT_EQ(plan(kUrl + "ip=dhcp ip=10.0.2.15:::24::eth1:none")[0].nic.mac,
            *parse_mac("52:54:00:00:00:03"));
  EXPECT_EQ(plan("isboot.url=iscsi:10.1.8.2:::1:iqn.2026-11.org.example:disk ip=dhcp")[0].nic.mac,
            *parse_mac("52:54:00:00:01:08"));
}

// As dracut's clients have it, one for each NIC.
TEST_F(WantedNicsTest, WaitsForTheLeaseThatLeadsToTheTarget) {
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  write("cmdline", kUrl + "ip=dhcp");
  testing::FakeClock clock;
  const Patience patience{clock, clock.now() + 10'000};
  EXPECT_TRUE(table_of_command_line(parameters_, log_, &patience, paths_))
      << "what is there has to do in the end";
  EXPECT_GE(clock.now(), patience.give_up) << "another lease could still have come";
  const Millis begin = clock.now();
  write("run/net-eth1.conf", "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_TRUE(table_of_command_line(parameters_, log_, &patience, paths_));
  EXPECT_EQ(clock.now(), begin);
}

// A cable that is not plugged in, a driver that does not come.
TEST_F(WantedNicsTest, ANicThatDoesNotComeEndsNoBootByAnother) {
  testing::FakeClock clock;
  const Millis begin = clock.now();
  const Patience patience{clock, begin + 10'000};
  EXPECT_EQ(plan(kUrl + "ip=eth1:dhcp ip=10.0.2.15:::24::eth0:none", &patience).count, 1U);
  EXPECT_EQ(clock.now(), begin);  // what is there leads to the target
  EXPECT_EQ(plan(kUrl + "ip=10.0.3.15::10.0.3.2:24::eth0:none ip=eth1:dhcp", &patience).count, 1U);
  EXPECT_EQ(clock.now(), begin + 10'000);
  EXPECT_NE(log_.lines.find("going on"), std::string::npos);
}

TEST_F(WantedNicsTest, WaitsForTheLeaseAsLongAsItMay) {
  testing::FakeClock clock;
  const Millis begin = clock.now();
  const Patience patience{clock, begin + 10'000};
  (void)plan(kUrl + "ip=dhcp", &patience);
  EXPECT_TRUE(error_);
  EXPECT_EQ(clock.now(), begin + 10'000);
}

TEST_F(WantedNicsTest, TheNicsWithoutALease) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{""});
  EXPECT_EQ(without_lease("ip=dhcp"), Names{""}) << "the target may be the lease's root path";
  EXPECT_EQ(without_lease(kUrl + "ip=eth1:dhcp"), Names{"eth1"});
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp BOOTIF=01-52-54-00-00-00-03"), Names{"eth1"});
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp ip=eth1:dhcp"), (Names{"eth0", "eth1"}));
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp ip=10.0.2.15::10.0.2.2:24::eth1:none"),
            Names{"eth0"});
  EXPECT_EQ(without_lease(kUrl + "ip=10.0.2.15::10.0.2.2:24"), Names{});
  EXPECT_EQ(without_lease(kUrl + "ip=auto6"), Names{});
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.2.15'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{}) << "one will do where none is named";
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp ip=eth1:dhcp"), Names{"eth1"});
}

// The first client to have an answer may be that of the wrong network.
TEST_F(WantedNicsTest, TheOtherNicsAreAskedForWhereNoLeaseLeadsToTheTarget) {
  using Names = std::vector<std::string>;
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{"eth1"});
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp ip=10.0.3.15:::24::eth1:none"), Names{});
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp"), Names{});
  write("run/net-eth1.conf", "DEVICE='eth1'\nIPV4ADDR='10.0.8.9'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{});
}

// Its driver may come late; the client says more of one that never comes than isboot could.
TEST_F(WantedNicsTest, ANicThatIsNotThereIsAskedForAllTheSame) {
  EXPECT_EQ(without_lease(kUrl + "ip=eth7:dhcp"), std::vector<std::string>{"eth7"});
}

}  // namespace
}  // namespace isboot::app
