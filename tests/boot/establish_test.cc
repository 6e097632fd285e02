#include "core/boot/establish.h"

#include <map>

#include "tests/boot/establish_fixture.h"

namespace isboot::boot {
namespace {

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

TEST_F(EstablishTest, LeavesWhatNobodyAnsweredToWhoeverGoesOn) {
  path_.origin = ibft::Origin::Dhcp;
  ASSERT_FALSE(establish(path_, parameters_, clock_.now() + 5'000, ports_, Unanswered::Left));
  const auto& later = room_.made;
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
  ASSERT_FALSE(establish(path_, parameters_, clock_.now() + 5'000, ports_, Unanswered::Left));
  const auto& later = room_.made;
  EXPECT_FALSE(later);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
}

TEST_F(EstablishTest, HasTheKernelMakeItsSessionWhileTheLinkComesUp) {
  std::map<std::string, Calls> told;
  network_.on_call = [&](const std::string& call) { told.try_emplace(call, initiator_.calls); };
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(told["configure"], Calls{});
  EXPECT_EQ(told["wait_ready"], Calls{"create"});
}

TEST_F(EstablishTest, TakesTheSessionBackWhenThereIsNoCarrier) {
  network_.carrier = false;
  const auto established = run();
  ASSERT_FALSE(established);
  EXPECT_EQ(established.error().code, Errc::TimedOut);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "destroy"}));
  EXPECT_TRUE(stream_.portals.empty());
}

}  // namespace
}  // namespace isboot::boot
