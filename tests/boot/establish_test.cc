#include "core/boot/establish.h"

#include <gtest/gtest.h>

#include <map>

#include "testing/fake_clock.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/fake_initiator.h"
#include "testing/fake_log.h"
#include "testing/fake_network.h"
#include "testing/fake_stream.h"

namespace isboot::boot {
namespace {

using Calls = std::vector<std::string>;

class EstablishTest : public ::testing::Test {
protected:
  EstablishTest() {
    path_.nic.mac = *parse_mac("52:54:00:12:34:56");
    path_.portal = {IpAddress::v4(10, 0, 2, 2), 3260};
    path_.link.address = IpAddress::v4(10, 0, 2, 15);
    path_.lun = *Lun::from_number(1);
    (void)path_.login.initiator_name.assign("iqn.2026-11.org.example:host");
    (void)path_.login.target_name.assign("iqn.2026-11.org.example:disk");
    network_.present = path_.nic.mac;
  }
  Result<BootSession> run() {
    Ports ports{network_, initiator_, stream_, clock_, hash_, entropy_, log_};
    return establish(path_, parameters_, clock_.now() + 120'000, ports);
  }

  testing::FakeClock clock_;
  testing::FakeNetwork network_{clock_};
  testing::FakeInitiator initiator_;
  testing::FakeStream stream_{clock_};
  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  testing::FakeLog log_;
  Path path_;
  Parameters parameters_;
};

TEST_F(EstablishTest, EndsWithTheDiskOfTheLunThatTheTableNames) {
  stream_.expect(testing::plain_login());
  const auto established = run();
  ASSERT_TRUE(established);
  EXPECT_EQ(established->disk.view(), "/dev/sda");
  EXPECT_EQ(initiator_.asked, path_.lun);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "hand_over", "find_disk"}));
  EXPECT_EQ(network_.configured[0].address, path_.link.address);
  EXPECT_TRUE(stream_.target(0).complaints().empty());
  EXPECT_TRUE(log_.says("connected to 10.0.2.2:3260"));
  EXPECT_TRUE(log_.says("logged in to iqn.2026-11.org.example:disk"));
  EXPECT_TRUE(log_.says("LUN 1 of iqn.2026-11.org.example:disk is /dev/sda"));
}

TEST_F(EstablishTest, ConnectsThroughTheNicAloneWhereItHasToKeepApart) {
  for (const bool apart : {false, true}) {
    path_.link.apart = apart;
    stream_.expect(testing::plain_login());
    ASSERT_TRUE(run());
    EXPECT_EQ(stream_.vias.back().link, 7U);
    EXPECT_EQ(stream_.vias.back().only, apart);
  }
}

TEST_F(EstablishTest, TellsOfAnotherHostWithItsAddressWhetherTheLoginSucceedsOrNot) {
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(network_.calls.back(), "tell_conflict");
  network_.calls.clear();
  ASSERT_FALSE(run());
  EXPECT_EQ(network_.calls.back(), "tell_conflict");
}

TEST_F(EstablishTest, NamesTheVlanInWhichNobodyAnswers) {
  path_.link.vlan = 43;
  ASSERT_FALSE(run());
  EXPECT_TRUE(log_.says("nobody listens, in VLAN 43; trying again"));
}

TEST_F(EstablishTest, TellsTheKernelToHoldIoForEverUnlessALimitIsSet) {
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(initiator_.created[0].recovery_timeout, std::nullopt);
  EXPECT_EQ(initiator_.created[0].initial_cmd_sn, 1U);
  EXPECT_EQ(initiator_.created[0].target_name, path_.login.target_name);
  parameters_.recovery = 600;
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(initiator_.created[1].recovery_timeout, 600U);
}

TEST_F(EstablishTest, WaitsOutATargetThatIsNotThereYetAndNeverPastTheLimit) {
  const Millis start = clock_.now();
  const auto established = run();
  ASSERT_FALSE(established);
  EXPECT_EQ(established.error().code, Errc::TimedOut);
  EXPECT_GT(stream_.portals.size(), 5U);
  EXPECT_LE(clock_.now(), start + 120'001);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
  EXPECT_TRUE(log_.says("10.0.2.2:3260, iqn.2026-11.org.example:disk: nobody listens"));
}

TEST_F(EstablishTest, LeavesWhatNobodyAnsweredToWhoeverGoesOn) {
  path_.origin = ibft::Origin::Dhcp;
  std::optional<BootSession> later;
  Ports ports{network_, initiator_, stream_, clock_, hash_, entropy_, log_};
  ASSERT_FALSE(establish(path_, parameters_, clock_.now() + 5'000, ports, &later));
  ASSERT_TRUE(later);
  EXPECT_EQ(initiator_.calls, Calls{"create"});
  EXPECT_FALSE(later->logged_in);
  EXPECT_TRUE(later->disk.empty());
  EXPECT_EQ(later->kernel.portal, path_.portal);
  EXPECT_EQ(later->origin, ibft::Origin::Dhcp);
  EXPECT_NE(later->login.isid, iscsi::Isid{});
  ASSERT_TRUE(later->nic);
  EXPECT_EQ(later->nic->config.address, path_.link.address);
}

TEST_F(EstablishTest, LeavesNothingOfALoginThatIsRefusedForGood) {
  testing::ScriptedReply refusal;
  refusal.status_class = 2;
  refusal.status_detail = 1;
  stream_.expect({refusal});
  std::optional<BootSession> later;
  Ports ports{network_, initiator_, stream_, clock_, hash_, entropy_, log_};
  ASSERT_FALSE(establish(path_, parameters_, clock_.now() + 5'000, ports, &later));
  EXPECT_FALSE(later);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
}

TEST_F(EstablishTest, SaysInWordsWhyTheTargetRefuses) {
  testing::ScriptedReply refusal;
  refusal.status_class = 2;
  refusal.status_detail = 3;
  stream_.expect({refusal});
  ASSERT_FALSE(run());
  EXPECT_TRUE(log_.says("(0x0203)"));
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
}

TEST_F(EstablishTest, GivesASilentTargetNoMoreThanItsTime) {
  stream_.expect({});
  stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_TRUE(run());
  EXPECT_GE(clock_.now(), start + 15'000);
  EXPECT_LE(clock_.now(), start + 16'000);
}

TEST_F(EstablishTest, LogsInAgainWhenTheTargetClosedAfterTheLogin) {
  initiator_.hand_over_failures.push_back(Error{Errc::Closed, 0, "closed after the login"});
  stream_.expect(testing::plain_login());
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(initiator_.calls, (Calls{"create", "hand_over", "recover", "hand_over", "find_disk"}));
}

TEST_F(EstablishTest, LogsInWithTheIsidThatTheKernelHasForTheSession) {
  initiator_.own_isid = {{0x80, 1, 2, 3, 4, 5}};
  stream_.expect(testing::plain_login());
  const auto made = run();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->login.isid.bytes, *initiator_.own_isid);
}

TEST_F(EstablishTest, HasTheKernelMakeItsSessionWhileTheLinkComesUp) {
  std::map<std::string, Calls> told;
  network_.on_call = [&](const std::string& call) { told.try_emplace(call, initiator_.calls); };
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(told["configure"], Calls{});
  EXPECT_EQ(told["wait_ready"], Calls{"create"});
}

TEST_F(EstablishTest, MakesNoSessionWhenThereIsNoNic) {
  network_.present = {};
  const auto established = run();
  ASSERT_FALSE(established);
  EXPECT_EQ(established.error().code, Errc::NotFound);
  EXPECT_EQ(initiator_.calls, Calls{});
  EXPECT_TRUE(stream_.portals.empty());
}

TEST_F(EstablishTest, TakesTheSessionBackWhenThereIsNoCarrier) {
  network_.carrier = false;
  const auto established = run();
  ASSERT_FALSE(established);
  EXPECT_EQ(established.error().code, Errc::TimedOut);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
  EXPECT_TRUE(stream_.portals.empty());
}

TEST_F(EstablishTest, NamesTheLunThatTheTargetLacksWhenTheWholeTimeIsOver) {
  initiator_.no_disk = Error{Errc::NotFound, 0, "the target has no such LUN"};
  for (int logins = 0; logins < 20; ++logins) stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_FALSE(run());
  EXPECT_EQ(clock_.now(), start + 120'000);
  EXPECT_TRUE(log_.says("the target has no such LUN; check the LUN in the firmware"));
  EXPECT_EQ(initiator_.calls.back(), "destroy");
}

// A storage server answers before its volumes are there: field report 07.
TEST_F(EstablishTest, LooksForTheLunUntilItsTimeIsOverWithANewLoginForEachLook) {
  initiator_.looks_in_vain = 3;
  initiator_.next_cmd_sn = 9;
  for (int logins = 0; logins < 4; ++logins) stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  const auto established = run();
  ASSERT_TRUE(established);
  EXPECT_EQ(established->disk.view(), "/dev/sda");
  EXPECT_TRUE(established->logged_in);
  EXPECT_EQ(established->login.cmd_sn, 9U);
  EXPECT_GT(clock_.now(), start + 30'000);
  EXPECT_EQ(initiator_.calls,
            (Calls{"create", "hand_over", "find_disk", "recover", "hand_over", "find_disk",
                   "recover", "hand_over", "find_disk", "recover", "hand_over", "find_disk"}));
  EXPECT_TRUE(
      log_.says("LUN 1 of iqn.2026-11.org.example:disk: the target has no such LUN: not "
                "there yet, looking for 115 s more"));
  EXPECT_FALSE(log_.says("check the LUN"));
}

// Not "no answer in time" of a login for which there was no time.
TEST_F(EstablishTest, LooksToTheEndWhereANewLoginWouldComeTooLate) {
  initiator_.no_disk = Error{Errc::NotFound, 0, "the target has no such LUN"};
  stream_.expect(testing::plain_login());
  Ports ports{network_, initiator_, stream_, clock_, hash_, entropy_, log_};
  const Millis start = clock_.now();
  ASSERT_FALSE(establish(path_, parameters_, start + 6'000, ports));
  EXPECT_EQ(clock_.now(), start + 6'000);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "hand_over", "find_disk", "destroy"}));
  EXPECT_TRUE(log_.says("the target has no such LUN; check the LUN in the firmware"));
}

TEST_F(EstablishTest, WaitsForADiskThatIsSlowToComeOfItsLun) {
  initiator_.no_disk = Error{Errc::TimedOut, 0, "the LUN is there, but no disk came of it"};
  for (int logins = 0; logins < 20; ++logins) stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_FALSE(run());
  EXPECT_EQ(clock_.now(), start + 120'000);
}

TEST_F(EstablishTest, LooksNoFurtherWhereTheKernelItselfFails) {
  initiator_.no_disk = Error{Errc::Cancelled, 0, "the machine is shutting down"};
  stream_.expect(testing::plain_login());
  ASSERT_FALSE(run());
  EXPECT_EQ(initiator_.calls, (Calls{"create", "hand_over", "find_disk", "destroy"}));
}

// The login that a look is followed by fails as any other: told of as what it is, and the session
// is left to whoever goes on.
TEST_F(EstablishTest, ATargetThatGoesAwayBeforeItsLunIsThereMayStillComeLater) {
  initiator_.looks_in_vain = 1;
  stream_.expect(testing::plain_login());
  std::optional<BootSession> later;
  Ports ports{network_, initiator_, stream_, clock_, hash_, entropy_, log_};
  const Millis start = clock_.now();
  ASSERT_FALSE(establish(path_, parameters_, clock_.now() + 60'000, ports, &later));
  EXPECT_LE(clock_.now(), start + 60'001);
  ASSERT_TRUE(later);
  EXPECT_FALSE(later->logged_in);
  EXPECT_TRUE(log_.says("nobody listens"));
  EXPECT_FALSE(log_.says("check the LUN"));
}

TEST_F(EstablishTest, SaysWhatIsMissingWhenTheKernelHasNoInitiator) {
  initiator_.no_session = Error{Errc::NotFound, 0, "the kernel has no iscsi_tcp"};
  ASSERT_FALSE(run());
  EXPECT_TRUE(log_.says("iscsi_tcp"));
  EXPECT_EQ(network_.calls, (Calls{"find_link", "configure"}));  // and waits for no carrier
}

}  // namespace
}  // namespace isboot::boot
