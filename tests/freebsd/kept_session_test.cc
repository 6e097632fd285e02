#include "platform/freebsd/kept_session.h"

#include "core/ibft/decode.h"
#include "core/ibft/encode.h"

#include "tests/freebsd/life_fixture.h"

namespace isboot::freebsd::test {
namespace {

using ::testing::ElementsAre;

using KeptSessionTest = LifeTest;

TEST_F(KeptSessionTest, BringsALostConnectionBackAndGoesOnWaiting) {
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.lose(1);
  kernel_.lose(1);
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

TEST_F(KeptSessionTest, WaitsForATargetThatIsAwayForLongAndSaysItOnceAMinute) {
  kernel_.lose(1);
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

TEST_F(KeptSessionTest, TakesNobodysWaitOnceItHasItsOwn) {
  kernel_.lose(1);
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.before = [&](const std::string& call) {
    if (call != "state" || !kernel_.foreign_waits.empty()) return;
    kernel_.foreign_waits.emplace_back().id = 9;  // a user's session is lost, too
  };
  run();
  EXPECT_EQ(count("wait"), 1);
  EXPECT_EQ(kernel_.foreign_waits.size(), 1U);
  ASSERT_EQ(kernel_.handoffs.size(), 2U);
  EXPECT_EQ(kernel_.handoffs[1].id, 1U);
}

// The target sees one session, whoever logs in: the kernel's ISID is iscsid(8)'s, too.
TEST_F(KeptSessionTest, LogsInWithTheIsidOfTheKernelEachTime) {
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.lose(1);
  run();
  ASSERT_EQ(kernel_.targets.size(), 2U);
  for (const auto& target : kernel_.targets) {
    const auto& header = target.requests()[0].header;
    EXPECT_TRUE(std::equal(kernel_.sessions[0].isid.begin(), kernel_.sessions[0].isid.end(),
                           header.begin() + 8));
  }
}

TEST_F(KeptSessionTest, LetsARunningIscsidGoFirst) {
  kernel_.before = [&](const std::string& call) {
    if (call == "disk") kernel_.iscsid = true;
  };
  kernel_.iscsid_needs = 1000;
  kernel_.lose(1);
  run();
  EXPECT_EQ(kernel_.handoffs.size(), 1U);
  EXPECT_EQ(count("connect"), 1);
  EXPECT_TRUE(kernel_.says("back at 10.0.2.2:3260 after 1.0 s, by iscsid(8)"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.state"], "ended");
  EXPECT_EQ(kernel_.shown()["hw.isboot.recoveries"], "1");
}

TEST_F(KeptSessionTest, DoesItItselfWhenIscsidDoesNot) {
  kernel_.before = [&](const std::string& call) {
    if (call == "disk") kernel_.iscsid = true;
  };
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.lose(1);
  run();
  EXPECT_EQ(kernel_.handoffs.size(), 2U);
  EXPECT_TRUE(kernel_.says("back at 10.0.2.2:3260 after 5."));  // 3 s and Time2Wait
}

// Each login ends the other one's session at the target: the next time iscsid(8) gets longer.
TEST_F(KeptSessionTest, GivesIscsidMoreTimeAfterBothWereUnderWay) {
  kernel_.before = [&](const std::string& call) {
    if (call == "disk") kernel_.iscsid = true;
  };
  for (int i = 0; i < 3; ++i) {
    kernel_.scripts.push_back(testing::plain_login({"DefaultTime2Wait=0"}));
    kernel_.lose(1);
  }
  kernel_.fails["hand_off"] = {0, ISBOOT_EBUSY, 0};
  run();
  EXPECT_TRUE(kernel_.says("iscsid(8) was faster"));
  EXPECT_TRUE(kernel_.says("after 6."));
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(KeptSessionTest, GivesUpWhenTheSessionOfTheDiskIsGone) {
  kernel_.lose(1);
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.fails["hand_off"] = {0, ISBOOT_ESRCH};
  run();
  EXPECT_EQ(count("add"), 1);
  EXPECT_TRUE(kernel_.says("the session has ended in the kernel"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.state"], "gone");
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(KeptSessionTest, SaysSoWhenSomebodyRemovesTheSession) {
  kernel_.remove(1);
  run();
  EXPECT_EQ(count("connect"), 1);
  EXPECT_TRUE(kernel_.says("10.0.2.2:3260, iqn.2026-11.org.example:spike: the session has ended"));
  EXPECT_TRUE(kernel_.says("da0 is gone and cannot be brought back"));
  EXPECT_TRUE(kernel_.says("next: reset the machine"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.state"], "gone");
  EXPECT_TRUE(kernel_.returned_everything());  // the process is over: the module can be unloaded
}

TEST_F(KeptSessionTest, SaysSoWhenSomebodyRemovesASessionThatIsLost) {
  kernel_.lose(1);
  kernel_.before = [&](const std::string& call) {
    if (call == "connect" && kernel_.handoffs.size() == 1) kernel_.find(1)->ended = true;
  };
  run();
  EXPECT_EQ(kernel_.shown()["hw.isboot.state"], "gone");
  EXPECT_TRUE(kernel_.returned_everything());
}

// What gmultipath(8) wants: the I/O of a dead path fails at once, and its disk comes again.
TEST_F(KeptSessionTest, BringsASessionBackWhoseDiskTheKernelTookAway) {
  kernel_.fail_on_disconnection = true;
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.lose(1);
  run();
  EXPECT_EQ(kernel_.handoffs.size(), 2U);
  EXPECT_EQ(count("add"), 1);
  EXPECT_TRUE(kernel_.says("its I/O fails (kern.iscsi.fail_on_disconnection)"));
  EXPECT_TRUE(kernel_.says("10.0.2.2:3260: LUN 1 of iqn.2026-11.org.example:spike is da0"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.recoveries"], "1");
  EXPECT_TRUE(kernel_.returned_everything());
}

// "service routing restart" flushes routes, "netif restart" takes the address and the interface
// down, and a driver that is loaded again makes an interface with another number.
TEST_F(KeptSessionTest, SetsTheNetworkUpAgainBeforeEachLogin) {
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.lose(1);
  bool lost = false;
  kernel_.before = [&](const std::string& call) {
    if (call == "state" && !lost) kernel_.calls.clear();
    lost = lost || call == "state";
    if (lost) kernel_.links[0].index = 5;
  };
  run();
  const auto end = std::find(kernel_.calls.begin(), kernel_.calls.end(), "hand_off");
  kernel_.calls.erase(std::next(end), kernel_.calls.end());  // The looks after it
  EXPECT_THAT(kernel_.calls,
              ElementsAre("up vtnet0", "address vtnet0", "route vtnet0 host on link",
                          "route vtnet0 net via", "mark vtnet0", "connect", "renumber", "send",
                          "receive", "receive", "send", "receive", "limits", "hand_off"));
  EXPECT_EQ(kernel_.handoffs.size(), 2U);
}

// Seen on 15.0 with a target behind a router: dhclient(8) sets the address anew, the kernel drops
// the routes with the old one, and route(8) cannot be read from the disk that they led to.
TEST_F(KeptSessionTest, PutsAnAddressAndRoutesBackThatWereTakenAway) {
  int looks = 0;
  kernel_.before = [&](const std::string& call) {
    if (call == "state" && ++looks == 2) kernel_.calls.clear();  // The last look
  };
  run();
  EXPECT_THAT(kernel_.calls,
              ElementsAre("address vtnet0", "route vtnet0 host on link", "route vtnet0 net via"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.recoveries"], "0");
}

// What the kernel refuses is tried again, without a line each time.
TEST_F(KeptSessionTest, IsSilentWhenNothingCanBePutBack) {
  kernel_.before = [&](const std::string& call) {
    if (call == "state") kernel_.links.clear();
  };
  const auto lines = [&] {
    return std::count_if(kernel_.lines.begin(), kernel_.lines.end(),
                         [](const auto& line) { return line.find("vtnet0") != std::string::npos; });
  };
  run();
  EXPECT_EQ(lines(), 1);  // "vtnet0 up"
}

TEST_F(KeptSessionTest, WaitsForANicThatIsAwayAndSaysItOnceAMinute) {
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.lose(1);
  const auto nic = kernel_.links[0];
  const auto start = kernel_.now;
  kernel_.before = [&](const std::string& call) {
    if (call != "state") return;
    kernel_.links.clear();
    if (kernel_.now > start + 150'000) kernel_.links.push_back(nic);
  };
  run();
  EXPECT_EQ(kernel_.handoffs.size(), 2U);
  const auto said = std::count_if(kernel_.lines.begin(), kernel_.lines.end(), [](const auto& line) {
    return line.find("no NIC 52:54:00:12:34:56") != std::string::npos;
  });
  EXPECT_GE(said, 1);
  EXPECT_LE(said, 4);
}

// Two targets over one NIC, as firmware with two boot-selected pairs writes them.
class PathsTest : public LifeTest {
protected:
  static constexpr const char* kSecond = "iqn.2026-11.org.example:second";

  PathsTest() {
    ibft::Table table;
    ibft::Findings findings;
    const std::vector<std::uint8_t> one = kernel_.acpi["iBFT"][0];
    EXPECT_TRUE(ibft::decode(one, table, findings));
    ibft::Target second = table.targets[0];
    second.index = 1;
    second.name = kSecond;
    second.address = IpAddress::v4(10, 0, 2, 3);
    EXPECT_TRUE(table.targets.push(second));
    std::vector<std::uint8_t> two(4096);
    const auto written = ibft::encode(table, ibft::Layout::Ipxe, two);
    EXPECT_TRUE(written);
    two.resize(written->size());
    kernel_.acpi["iBFT"][0] = two;
  }
};

TEST_F(PathsTest, EachHasASessionAndTheFirstDiskLetsRootGo) {
  kernel_.scripts.push_back(testing::plain_login());
  bool root_waited_for_the_second = false;
  kernel_.before = [&](const std::string& call) {
    if (call == "add" && kernel_.sessions.size() == 1)
      root_waited_for_the_second = kernel_.root_held;
  };
  run();
  ASSERT_EQ(kernel_.sessions.size(), 2U);
  EXPECT_STREQ(kernel_.sessions[1].conf.target, kSecond);
  ASSERT_EQ(kernel_.handoffs.size(), 2U);
  EXPECT_FALSE(root_waited_for_the_second);
  EXPECT_EQ(kernel_.shown()["hw.isboot.paths_kept"],
            "da0 kept 10.0.2.2:3260, da1 kept 10.0.2.3:3260");
  EXPECT_EQ(kernel_.shown()["hw.isboot.disk"], "da0");
  EXPECT_TRUE(kernel_.returned_everything());
}

TEST_F(PathsTest, IsOneWhenOnlyTheFirstIsWanted) {
  kernel_.tunables["hw.isboot.paths"] = "first";
  run();
  EXPECT_EQ(kernel_.sessions.size(), 1U);
}

TEST_F(PathsTest, ComeBackEachForItself) {
  for (int i = 0; i < 3; ++i) kernel_.scripts.push_back(testing::plain_login());
  kernel_.lose(2);
  kernel_.lose(1);
  run();
  ASSERT_EQ(kernel_.handoffs.size(), 4U);
  EXPECT_EQ(kernel_.handoffs[2].id, 2U);
  EXPECT_EQ(kernel_.handoffs[3].id, 1U);
  EXPECT_TRUE(kernel_.says("10.0.2.3:3260: the connection is lost"));
  EXPECT_TRUE(kernel_.says("back at 10.0.2.3:3260 after"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.recoveries"], "2");
}

// Its session is made at once, before an iscsid(8) could take its wait, and logged in to later.
TEST_F(PathsTest, JoinLaterWhenTheTargetIsAwayAtFirst) {
  int refused = 0;
  kernel_.before = [&](const std::string& call) {
    if (call == "connect" && kernel_.scripts.empty() && ++refused == 12)
      kernel_.scripts.push_back(testing::plain_login());
  };
  const auto start = kernel_.now;
  run();
  EXPECT_EQ(count("remove"), 0);
  ASSERT_EQ(kernel_.handoffs.size(), 2U);
  EXPECT_EQ(kernel_.handoffs[1].id, 2U);
  EXPECT_GE(kernel_.now - start, 5'000U);
  EXPECT_TRUE(kernel_.says("10.0.2.3:3260: LUN 1 of iqn.2026-11.org.example:second is da1"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.recoveries"], "0");
}

TEST_F(PathsTest, GoOnWhenOneOfThemIsRemoved) {
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.scripts.push_back(testing::plain_login());
  kernel_.remove(1);
  kernel_.lose(2);
  run();
  EXPECT_EQ(kernel_.handoffs.size(), 3U);
  EXPECT_FALSE(kernel_.says("next: reset the machine"));
  EXPECT_EQ(kernel_.shown()["hw.isboot.paths_kept"],
            "da0 gone 10.0.2.2:3260, da1 kept 10.0.2.3:3260");
}

}  // namespace
}  // namespace isboot::freebsd::test
