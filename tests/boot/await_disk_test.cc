#include "core/boot/await_disk.h"

#include "tests/boot/establish_fixture.h"

namespace isboot::boot {
namespace {

using AwaitDiskTest = EstablishTest;

TEST_F(AwaitDiskTest, NamesTheLunThatTheTargetLacksWhenTheWholeTimeIsOver) {
  initiator_.no_disk = Error{Errc::NotFound, 0, "the target has no such LUN"};
  for (int logins = 0; logins < 20; ++logins) stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_FALSE(run());
  EXPECT_EQ(clock_.now(), start + 120'000);
  EXPECT_TRUE(log_.says("the target has no such LUN; check the LUN in the firmware"));
  EXPECT_EQ(initiator_.calls.back(), "destroy");
}

// A storage server answers before its volumes are there: field report 07.
TEST_F(AwaitDiskTest, LooksForTheLunUntilItsTimeIsOverWithANewLoginForEachLook) {
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
TEST_F(AwaitDiskTest, LooksToTheEndWhereANewLoginWouldComeTooLate) {
  initiator_.no_disk = Error{Errc::NotFound, 0, "the target has no such LUN"};
  stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_FALSE(establish(path_, parameters_, start + 6'000, ports_));
  EXPECT_EQ(clock_.now(), start + 6'000);
  EXPECT_EQ(initiator_.calls, (Calls{"create", "hand_over", "find_disk", "destroy"}));
  EXPECT_TRUE(log_.says("the target has no such LUN; check the LUN in the firmware"));
}

TEST_F(AwaitDiskTest, WaitsForADiskThatIsSlowToComeOfItsLun) {
  initiator_.no_disk = Error{Errc::TimedOut, 0, "the LUN is there, but no disk came of it"};
  for (int logins = 0; logins < 20; ++logins) stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_FALSE(run());
  EXPECT_EQ(clock_.now(), start + 120'000);
}

TEST_F(AwaitDiskTest, LooksNoFurtherWhereTheKernelItselfFails) {
  initiator_.no_disk = Error{Errc::Cancelled, 0, "the machine is shutting down"};
  stream_.expect(testing::plain_login());
  ASSERT_FALSE(run());
  EXPECT_EQ(initiator_.calls, (Calls{"create", "hand_over", "find_disk", "destroy"}));
}

// The login that a look is followed by fails as any other: told of as what it is, and the session
// is left to whoever goes on.
TEST_F(AwaitDiskTest, ATargetThatGoesAwayBeforeItsLunIsThereMayStillComeLater) {
  initiator_.looks_in_vain = 1;
  stream_.expect(testing::plain_login());
  const Millis start = clock_.now();
  ASSERT_FALSE(establish(path_, parameters_, clock_.now() + 60'000, ports_, Unanswered::Left));
  const auto& later = room_.made;
  EXPECT_LE(clock_.now(), start + 60'001);
  ASSERT_TRUE(later);
  EXPECT_FALSE(later->logged_in);
  EXPECT_TRUE(log_.says("nobody listens"));
  EXPECT_FALSE(log_.says("check the LUN"));
}

}  // namespace
}  // namespace isboot::boot
