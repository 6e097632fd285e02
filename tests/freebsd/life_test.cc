// The module's whole life against a kernel that is played: order of calls, a failure of every
// call, shutdown in every state, and that everything is given back.
#include "platform/freebsd/life.h"

#include "tests/freebsd/life_fixture.h"

namespace isboot::freebsd::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

TEST_F(LifeTest, GoesFromTheTableToTheDiskInThisOrder) {
  bool root_was_held_until_the_disk = false;
  kernel_.before = [&](const std::string& call) {
    if (call == "disk") root_was_held_until_the_disk = kernel_.root_held;
  };
  run();
  // It looks twice, and puts back what is missing.
  EXPECT_THAT(
      kernel_.calls,
      ElementsAre("up vtnet0", "address vtnet0", "route vtnet0 host on link",
                  "route vtnet0 net via", "add", "wait", "mark vtnet0", "connect", "renumber",
                  "send", "receive", "receive", "send", "receive", "limits", "hand_off", "disk",
                  "disk", "address vtnet0", "route vtnet0 host on link", "route vtnet0 net via",
                  "address vtnet0", "route vtnet0 host on link", "route vtnet0 net via"));
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
  EXPECT_EQ(kernel_.shown()["hw.isboot.origin"], "dhcp");  // rc.d/isboot has the lease renewed
}

// CAM has scanned the session's bus by then, and does so once.
TEST_F(LifeTest, FindsALunThatComesAfterTheFirstLogin) {
  kernel_.scripts.assign(20, testing::plain_login());
  kernel_.lun_comes_at = kernel_.now + 20'000;
  run();
  EXPECT_EQ(kernel_.shown()["hw.isboot.disk"], "da0");
  EXPECT_FALSE(kernel_.says("iscsid(8) was faster")) << "there is none before root";
  EXPECT_TRUE(kernel_.returned_everything());
}

// With the proxy compiled in descriptor 0 is refused; without it, it would have done.
TEST_F(LifeTest, NeverHandsDescriptor0Over) {
  for (const bool proxy : {true, false}) {
    FakeKernel kernel;
    kernel.acpi = kernel_.acpi;
    kernel.links = kernel_.links;
    kernel.proxy = proxy;
    kernel.scripts = {testing::plain_login(), testing::plain_login()};
    kernel.lose(1);
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
  EXPECT_STREQ(kernel_.sessions[0].conf.target, kTarget);
  EXPECT_STREQ(kernel_.sessions[0].conf.address, "10.0.2.2:3260");
  EXPECT_EQ(kernel_.sessions[0].conf.ping_timeout, 20);
}

TEST_F(LifeTest, LogsInWithTheIsidOfTheSessionThatWasMadeAgain) {
  kernel_.fails["hand_off"] = {ISBOOT_ENOTCONN};
  kernel_.scripts.push_back(testing::plain_login());
  run();
  ASSERT_EQ(kernel_.targets.size(), 2U);
  EXPECT_EQ(kernel_.targets[1].requests()[0].header[13], 2);
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
  EXPECT_EQ(kernel_.find(1), nullptr);
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
    kernel.lose(1);
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
