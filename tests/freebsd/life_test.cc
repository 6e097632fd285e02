// The module's whole life against a kernel that is played: order of calls, a failure of every
// call, shutdown in every state, and that everything is given back.
#include "platform/freebsd/life.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/fixture.h"
#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr const char* kTable = "ibft/ipxe-uefi-virtio-nochap.bin";
constexpr const char* kMac = "52:54:00:12:34:56";
constexpr const char* kTarget = "iqn.2026-11.org.example:spike";

class LifeTest : public ::testing::Test {
protected:
  LifeTest() {
    kernel_.acpi["iBFT"].push_back(testing::load_fixture(ISBOOT_FIXTURES, kTable));
    kernel_.links.push_back(link_named("vtnet0", kMac));
    kernel_.scripts.push_back(testing::plain_login());
  }
  void run() { isboot_main(); }
  void lose(std::uint32_t id, const char* target = kTarget) { kernel_.lose(id, target); }
  long count(const std::string& call) const {
    return std::count(kernel_.calls.begin(), kernel_.calls.end(), call);
  }

  FakeKernel kernel_;
};

TEST_F(LifeTest, GoesFromTheTableToTheDiskInThisOrder) {
  bool root_was_held_until_the_disk = false;
  kernel_.before = [&](const std::string& call) {
    if (call == "disk") root_was_held_until_the_disk = kernel_.root_held;
  };
  run();
  EXPECT_THAT(kernel_.calls,
              ElementsAre("up vtnet0", "address vtnet0", "route vtnet0 host on link",
                          "route vtnet0 net via", "add", "wait", "mark vtnet0", "connect",
                          "renumber", "send", "receive", "receive", "send", "receive", "limits",
                          "hand_off", "disk", "disk", "wait"));
  EXPECT_TRUE(root_was_held_until_the_disk);
  EXPECT_TRUE(kernel_.returned_everything());
  EXPECT_TRUE(kernel_.says("iBFT acpi:1 by FENSYS iPXE, 1 NIC, 1 target"));
  EXPECT_TRUE(kernel_.says("vtnet0 up, 10.0.2.15/24"));
  EXPECT_TRUE(kernel_.says("LUN 1 of iqn.2026-11.org.example:spike is da0"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.disk"], "da0");
  EXPECT_EQ(kernel_.shown()["net.isboot.device"], "da0");
  EXPECT_EQ(kernel_.shown()["net.isboot.nic"], "vtnet0");
  EXPECT_EQ(kernel_.shown()["hw.ibft.target_name"], kTarget);
  EXPECT_EQ(kernel_.shown()["hw.ibft.target_lun"], "1");
}

// With the proxy compiled in descriptor 0 is refused; without it, it would have done.
TEST_F(LifeTest, NeverHandsDescriptor0Over) {
  for (const bool proxy : {true, false}) {
    FakeKernel kernel;
    kernel.acpi = kernel_.acpi;
    kernel.links = kernel_.links;
    kernel.proxy = proxy;
    kernel.scripts = {testing::plain_login(), testing::plain_login()};
    kernel.lose(1, kTarget);
    isboot_main();
    ASSERT_EQ(kernel.handoffs.size(), 2U);
    EXPECT_NE(kernel.handoffs[0].descriptor, 0);
    EXPECT_NE(kernel.handoffs[1].descriptor, 0);
    EXPECT_EQ(kernel.sessions.size(), 1U);
    EXPECT_TRUE(kernel.returned_everything());
  }
}

TEST_F(LifeTest, HandsOverWhatTheLoginAgreedOn) {
  kernel_.scripts = {testing::plain_login({"MaxRecvDataSegmentLength=65536"})};
  run();
  ASSERT_EQ(kernel_.handoffs.size(), 1U);
  const isboot_handoff& handoff = kernel_.handoffs[0];
  EXPECT_EQ(handoff.id, 1U);
  EXPECT_EQ(handoff.max_send, 65536U);
  EXPECT_EQ(handoff.max_receive, 262144U);
  EXPECT_EQ(handoff.stat_sn, 1001U);  // the last one that the target sent
  // iscsi(4) counts CmdSN from 0.
  EXPECT_EQ(kernel_.targets[0].requests()[0].be32(24), 0U);
  ASSERT_EQ(kernel_.sessions.size(), 1U);
  EXPECT_STREQ(kernel_.sessions[0].target, kTarget);
  EXPECT_STREQ(kernel_.sessions[0].address, "10.0.2.2:3260");
  EXPECT_EQ(kernel_.sessions[0].ping_timeout, 20);
}

TEST_F(LifeTest, BringsALostConnectionBackAndGoesOnWaiting) {
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.scripts.push_back(testing::plain_login());
  lose(1);
  lose(1);
  run();
  EXPECT_EQ(kernel_.handoffs.size(), 3U);
  EXPECT_EQ(count("add"), 1);
  EXPECT_EQ(kernel_.shown()["hw.isboot.recoveries"], "2");
  EXPECT_TRUE(kernel_.says("the connection is lost; I/O waits until it is back"));
  EXPECT_TRUE(kernel_.says("back at 10.0.2.2:3260 after"));
  EXPECT_TRUE(kernel_.returned_everything());
  // The same ISID again: the target ends what it may still have of the old connection.
  EXPECT_EQ(std::vector(kernel_.targets[0].requests()[0].header.begin() + 8,
                        kernel_.targets[0].requests()[0].header.begin() + 14),
            std::vector(kernel_.targets[1].requests()[0].header.begin() + 8,
                        kernel_.targets[1].requests()[0].header.begin() + 14));
}

TEST_F(LifeTest, WaitsForATargetThatIsAwayForLongAndSaysItOnceAMinute) {
  lose(1);
  kernel_.fails["connect"] = {0};
  int refused = 0;
  kernel_.before = [&](const std::string& call) {
    if (call == "connect" && kernel_.scripts.empty() && ++refused == 40)
      kernel_.scripts.push_back(testing::plain_login());
  };
  const auto start = kernel_.now;
  run();
  EXPECT_EQ(kernel_.handoffs.size(), 2U);
  const auto minutes = (kernel_.now - start) / 60'000;
  const auto said = std::count_if(kernel_.lines.begin(), kernel_.lines.end(), [](const auto& line) {
    return line.find("Connection refused") != std::string::npos;
  });
  EXPECT_GE(said, 1);
  EXPECT_LE(static_cast<std::uint64_t>(said), minutes + 1);
}

TEST_F(LifeTest, LeavesTheSessionsOfOthersToIscsid) {
  lose(9, "iqn.2026-11.org.example:of-a-user");
  lose(1);
  kernel_.scripts.push_back(testing::plain_login());
  run();
  EXPECT_THAT(kernel_.given_back, ElementsAre("9"));
  EXPECT_EQ(kernel_.handoffs.size(), 2U);
  EXPECT_EQ(kernel_.handoffs[1].id, 1U);
}

TEST_F(LifeTest, TakesItWellWhenIscsidIsFaster) {
  lose(1);
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.fails["hand_off"] = {0, ISBOOT_EBUSY};
  run();
  EXPECT_TRUE(kernel_.says("iscsid(8) was faster"));
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(LifeTest, MakesTheSessionAgainWhenItsFirstHandOverFails) {
  kernel_.fails["hand_off"] = {ISBOOT_ENOTCONN};
  kernel_.scripts.push_back(testing::plain_login());
  run();
  EXPECT_EQ(count("add"), 2);
  ASSERT_EQ(kernel_.handoffs.size(), 1U);
  EXPECT_EQ(kernel_.handoffs[0].id, 2U);
  EXPECT_EQ(kernel_.shown()["hw.isboot.disk"], "da0");
}

TEST_F(LifeTest, GivesUpWhenTheSessionOfTheDiskIsGone) {
  lose(1);
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.fails["hand_off"] = {0, ISBOOT_ESRCH};
  run();
  EXPECT_EQ(count("add"), 1);
  EXPECT_TRUE(kernel_.says("the session of the boot disk has ended in the kernel"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.state"], "gone");
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(LifeTest, DoesNothingWithoutATable) {
  kernel_.acpi.clear();
  run();
  EXPECT_THAT(kernel_.calls, Not(Contains("add")));
  EXPECT_TRUE(kernel_.says("no iBFT: this machine was not booted from iSCSI"));
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(LifeTest, DoesNothingWhenItIsTurnedOff) {
  kernel_.tunables["hw.isboot.enable"] = "0";
  run();
  EXPECT_TRUE(kernel_.calls.empty());
  EXPECT_EQ(kernel_.shown()["hw.isboot.state"], "off");
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(LifeTest, SaysWhatIsMissingWhenIscsiIsNotInTheKernel) {
  kernel_.fails["add"] = {ISBOOT_ENXIO};
  run();
  EXPECT_TRUE(kernel_.says("iscsi(4) is missing: iscsi_load=\"YES\" in loader.conf"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.state"], "failed");
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(LifeTest, TakesBackASessionThatNeverCarriedADisk) {
  kernel_.tunables["hw.isboot.timeout"] = "5";
  kernel_.scripts.clear();  // nobody listens
  run();
  EXPECT_EQ(count("remove"), 1);
  EXPECT_FALSE(kernel_.session.has_value());
}

TEST_F(LifeTest, LeavesASessionAloneThatTheKernelHasEnded) {
  kernel_.tunables["hw.isboot.timeout"] = "5";
  kernel_.scripts = {testing::plain_login(), testing::plain_login()};
  kernel_.fails["hand_off"] = {5};
  kernel_.fails["add"] = {0, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12};
  run();
  EXPECT_EQ(count("remove"), 0);
}

TEST_F(LifeTest, RefusesATransportThatTakesLessThanIsDeclared) {
  kernel_.tunables["hw.isboot.timeout"] = "5";
  kernel_.limits.max_receive = 8192;
  for (int i = 0; i < 50; ++i) kernel_.scripts.push_back(testing::plain_login());
  run();
  EXPECT_TRUE(kernel_.handoffs.empty());
  EXPECT_TRUE(kernel_.says("kern.icl_soft.max_data_segment_length is below 262144"));
  EXPECT_TRUE(kernel_.returned_everything());
}

// Every call that can fail fails for good. Root is mounted or not, but never waited for for ever,
// and nothing is left behind.
TEST_F(LifeTest, EndsAndGivesEverythingBackWhicheverCallFails) {
  for (const char* call :
       {"add", "wait", "up vtnet0", "address vtnet0", "route vtnet0 host on link",
        "route vtnet0 net via", "mark vtnet0", "connect", "renumber", "limit", "send", "receive",
        "limits", "hand_off", "disk", "remove"}) {
    SCOPED_TRACE(call);
    FakeKernel kernel;
    kernel.acpi = kernel_.acpi;
    kernel.links = kernel_.links;
    kernel.tunables["hw.isboot.timeout"] = "20";
    for (int i = 0; i < 300; ++i) kernel.scripts.push_back(testing::plain_login());
    kernel.fails[call].assign(2000, 5);
    const auto start = kernel.now;
    isboot_main();
    EXPECT_TRUE(kernel.returned_everything());
    EXPECT_LE(kernel.now - start, 40'000U);
    const bool harmless = std::string{call} == "mark vtnet0" || std::string{call} == "remove";
    EXPECT_EQ(kernel.shown()["hw.isboot.state"], harmless ? "ended" : "failed");
  }
}

// The machine stops at every call that there is, at boot and in a recovery.
TEST_F(LifeTest, EndsAtOnceWhereverItIsWhenTheMachineStops) {
  std::size_t calls = 0;
  for (std::size_t stop_at = 1; stop_at <= calls || calls == 0; ++stop_at) {
    SCOPED_TRACE(stop_at);
    FakeKernel kernel;
    kernel.acpi = kernel_.acpi;
    kernel.links = kernel_.links;
    for (int i = 0; i < 3; ++i)
      kernel.scripts.push_back(testing::plain_login({"DefaultTime2Wait=0"}));
    isboot_wait wait{};
    wait.id = 1;
    kernel.waits.push_back(wait);
    std::size_t seen = 0;
    kernel.before = [&](const std::string& name) {
      if (++seen >= stop_at) kernel.stopping = true;
      // What waits in the kernel ends with EINTR then.
      if (kernel.stopping && name != "mark vtnet0") kernel.fails[name] = {ISBOOT_EINTR};
    };
    const auto start = kernel.now;
    isboot_main();
    EXPECT_TRUE(kernel.returned_everything());
    EXPECT_LE(kernel.now - start, 2'000U);
    if (stop_at == 1) calls = 40;  // more than a boot and a recovery make
  }
}

TEST_F(LifeTest, NeverPrintsOrKeepsASecret) {
  kernel_.acpi["iBFT"] = {
      testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-uefi-e1000-mutual.bin")};
  kernel_.tunables["hw.isboot.verbose"] = "3";
  kernel_.tunables["hw.isboot.timeout"] = "5";
  run();
  ASSERT_FALSE(kernel_.sessions.empty());
  for (const std::string& line : kernel_.lines)
    EXPECT_EQ(line.find("not-a-secret"), std::string::npos) << line;
  for (const auto& [name, value] : kernel_.shown())
    EXPECT_EQ(value.find("not-a-secret"), std::string::npos) << name;
}

}  // namespace
}  // namespace isboot::freebsd::test
