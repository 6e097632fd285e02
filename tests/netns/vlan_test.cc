// VLANs. The kernel of the machine that runs CI may lack 802.1Q: the same tests run in a
// virtual machine with Debian's kernel (tests/vm/netns_test.py).
#include "platform/linux/system_error.h"
#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

using ::testing::HasSubstr;

class Vlan : public NetworkTest {
protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    plug_in();
    far_side_up();
    if (kernel_has_vlans() != wants_vlans()) GTEST_SKIP() << "needs another kernel: module 8021q";
  }
  virtual bool wants_vlans() const { return true; }

  // VLAN 42 outside, with 10.0.42.2/24.
  void far_vlan_up() {
    outside->run("ip link add link far name far.42 type vlan id 42");
    outside->run("ip link set far.42 up; ip addr add 10.0.42.2/24 dev far.42");
  }
  Result<LinkId> configure(std::uint16_t vlan) {
    LinkConfig wanted = config("10.0.42.15", 24, "", "10.0.42.2");
    wanted.vlan = vlan;
    const auto link = network.find_link(mac(kMac), in(2000));
    if (!link) return link.error();
    return bring_up(*link, wanted, in(3000));
  }
  bool reaches_far_side() { return machine->reaches(ip("10.0.42.2"), *outside); }
};

class KernelWithoutVlans : public Vlan {
protected:
  bool wants_vlans() const override { return false; }
};

TEST_F(Vlan, IsMadeWithTheNameThatPeopleGiveIt) {
  far_vlan_up();
  const auto link = configure(42);
  ASSERT_TRUE(link) << log_text();
  EXPECT_THAT(machine->output("ip -d link show eth0.42"), HasSubstr("vlan protocol 802.1Q id 42"));
  EXPECT_EQ(std::stoul(machine->output("cat /sys/class/net/eth0.42/ifindex")), link->index);
  EXPECT_TRUE(log.says("eth0.42 up, 10.0.42.15/24")) << log_text();
  EXPECT_TRUE(reaches_far_side());
}

TEST_F(Vlan, OfAnotherNumberReachesNobody) {
  far_vlan_up();
  ASSERT_TRUE(configure(43)) << log_text();
  EXPECT_FALSE(reaches_far_side());
}

TEST_F(Vlan, IsMadeOnce) {
  far_vlan_up();
  const auto first = configure(42);
  const auto second = configure(42);
  ASSERT_TRUE(first && second) << log_text();
  EXPECT_EQ(*first, *second);
}

TEST_F(Vlan, ThatIsThereUnderAnotherNameIsUsed) {
  far_vlan_up();
  machine->run("ip link add link eth0 name storage type vlan id 42");
  ASSERT_TRUE(configure(42)) << log_text();
  EXPECT_TRUE(log.says("storage up, 10.0.42.15/24")) << log_text();
  EXPECT_TRUE(reaches_far_side());
}

TEST_F(Vlan, WhoseNameAnotherLinkHasIsAnError) {
  machine->run("ip link add eth0.42 type veth peer name other");
  const auto link = configure(42);
  ASSERT_FALSE(link);
  EXPECT_EQ(errno_of(link.error().code), EEXIST);
  EXPECT_TRUE(log.says("eth0: VLAN 42: File exists")) << log_text();
}

TEST_F(KernelWithoutVlans, IsNamedAsTheReason) {
  const auto link = configure(42);
  ASSERT_FALSE(link);
  EXPECT_EQ(errno_of(link.error().code), EOPNOTSUPP);
  EXPECT_TRUE(log.says("eth0: VLAN 42: Operation not supported (Unknown device type)"))
      << log_text();
}

}  // namespace
}  // namespace isboot::netns
