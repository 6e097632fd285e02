#include "core/keep/succession.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/keep/keeper.h"

namespace isboot::keep {
namespace {

using Kind = Event::Kind;
using Done = Action::Kind;

// What a compare-and-swap does.
bool change(std::uint32_t& shared, const Turn::Change& how) {
  if (shared != how.from) return false;
  shared = how.to;
  return true;
}

TEST(Turn, IsAlwaysThatOfOneOfTheTwo) {
  std::uint32_t shared = 0;
  const Turn first{0};
  const Turn second = Turn::after(shared);
  EXPECT_FALSE(change(shared, second.take())) << "nothing was offered";
  EXPECT_TRUE(change(shared, first.offer()));
  EXPECT_TRUE(first.is_ours(shared));
  EXPECT_FALSE(second.is_ours(shared));
  EXPECT_TRUE(change(shared, first.take_back()));
  EXPECT_FALSE(change(shared, second.take())) << "it came too late";
  EXPECT_TRUE(change(shared, first.offer()));
  EXPECT_TRUE(change(shared, second.take()));
  EXPECT_FALSE(change(shared, first.take_back())) << "it came too late";
  EXPECT_FALSE(first.is_ours(shared));
  EXPECT_TRUE(second.is_ours(shared));
}

TEST(Turn, GoesOnFromOneToTheNext) {
  std::uint32_t shared = 0;
  Turn keeps{0};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(change(shared, keeps.offer()));
    const Turn next = Turn::after(shared);
    ASSERT_TRUE(change(shared, next.take()));
    EXPECT_FALSE(keeps.is_ours(shared));
    keeps = next;
  }
}

class Replacement : public ::testing::Test {
protected:
  Replacement() {
    on({.kind = Kind::Began, .slot = 0, .session = kSession, .carried = true});
    on({.kind = Kind::ClientCame, .client = kNew});
  }

  void on(const Event& event) {
    const Actions actions = keeper_.on_event(event, now_);
    did_.assign(actions.begin(), actions.end());
    for (const Action& action : did_)
      if (action.kind == Done::Answer) answer_ = action;
  }
  // What is due now.
  void time() {
    ASSERT_LE(keeper_.deadline(), now_);
    on({.kind = Kind::Time});
  }
  void offer() {
    on({.kind = Kind::ReplaceRequested, .client = kNew});
    time();
    ASSERT_TRUE(does(Done::Offer));
  }
  bool does(Done kind) const {
    return std::any_of(did_.begin(), did_.end(),
                       [=](const Action& action) { return action.kind == kind; });
  }

  static constexpr SessionId kSession{3};
  static constexpr std::size_t kNew = 1;
  static constexpr std::size_t kOther = 2;

  Millis now_ = 1'000;
  AnnouncedEnd announced_;
  Keeper keeper_{announced_};
  std::vector<Action> did_;
  std::optional<Action> answer_;
};

TEST_F(Replacement, IsOverForTheOldWhenTheNewHasTakenTheSessions) {
  offer();
  EXPECT_EQ(did_.back().client, kNew);
  on({.kind = Kind::ClientLeft, .client = kNew});
  ASSERT_TRUE(does(Done::TakeBack));
  on({.kind = Kind::OfferOver, .taken = true});
  EXPECT_TRUE(does(Done::Forget)) << "its secrets";
  EXPECT_FALSE(does(Done::Save)) << "the file is the other's";
  EXPECT_FALSE(does(Done::Destroy));
  ASSERT_TRUE(does(Done::Over));
  EXPECT_EQ(did_.back().then, MachineEnd::Stay);
}

// Whoever took over would not know of it.
TEST_F(Replacement, IsRefusedOnceTheMachinesEndWasAskedFor) {
  on({.kind = Kind::Began, .slot = 1, .session = SessionId{4}, .carried = true});
  on({.kind = Kind::ClientCame, .client = kOther});
  on({.kind = Kind::EndRequested,
      .client = kOther,
      .session = SessionId{4},
      .limit = 1'000,
      .then = MachineEnd::PowerOff});
  on({.kind = Kind::ClientLeft, .client = kOther});
  on({.kind = Kind::ReplaceRequested, .client = kNew});
  EXPECT_FALSE(answer_) << "a session is about to end";
  on({.kind = Kind::Sight, .slot = 1, .gone = true});
  time();
  EXPECT_FALSE(does(Done::Offer));
  ASSERT_TRUE(answer_);
  EXPECT_FALSE(answer_->done);
}

TEST_F(Replacement, GoesOnWithTheOldWhenTheNewLeavesWithoutThem) {
  offer();
  on({.kind = Kind::ClientLeft, .client = kNew});
  on({.kind = Kind::OfferOver, .taken = false});
  EXPECT_TRUE(does(Done::Look)) << "what was said meanwhile may be lost";
  EXPECT_FALSE(does(Done::Over));
  EXPECT_EQ(keeper_.kept(), 1U);
  on({.kind = Kind::ConnectionLost, .session = kSession});
  EXPECT_TRUE(does(Done::Lose));
  on({.kind = Kind::ClientCame, .client = kNew});
  offer();
}

TEST_F(Replacement, HasALimit) {
  offer();
  now_ += Succession::kOfferStands - 1;
  EXPECT_GT(keeper_.deadline(), now_);
  ++now_;
  time();
  ASSERT_TRUE(does(Done::TakeBack));
  on({.kind = Kind::OfferOver, .taken = false});
  EXPECT_EQ(keeper_.kept(), 1U);
}

TEST_F(Replacement, DecidesNothingForASessionThatIsOffered) {
  offer();
  on({.kind = Kind::ConnectionLost, .session = kSession});
  EXPECT_TRUE(did_.empty());
  on({.kind = Kind::ClientLeft, .client = kOther});
  EXPECT_TRUE(did_.empty());
  now_ += 1'000;
  on({.kind = Kind::Time});
  EXPECT_TRUE(did_.empty());
}

TEST_F(Replacement, WaitsForWhoIsServed) {
  on({.kind = Kind::ClientCame, .client = kOther});
  on({.kind = Kind::ReplaceRequested, .client = kNew});
  EXPECT_GT(keeper_.deadline(), now_);
  on({.kind = Kind::EndRequested, .client = kOther, .session = kSession, .limit = 30'000});
  on({.kind = Kind::Time});
  EXPECT_FALSE(does(Done::Offer));
  on({.kind = Kind::ClientLeft, .client = kOther});
  EXPECT_GT(keeper_.deadline(), now_) << "the session is about to end";
}

TEST_F(Replacement, IsForOneAtATime) {
  on({.kind = Kind::ClientCame, .client = kOther});
  on({.kind = Kind::ReplaceRequested, .client = kNew});
  on({.kind = Kind::ReplaceRequested, .client = kOther});
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->client, kOther);
  EXPECT_FALSE(answer_->done);
  on({.kind = Kind::ClientLeft, .client = kOther});
  time();
  EXPECT_TRUE(does(Done::Offer));
}

TEST_F(Replacement, IsRefusedWhileTheMachineEnds) {
  AnnouncedEnd::Ways ways{};
  ways[static_cast<std::size_t>(MachineEnd::Reboot)] = true;
  on({.kind = Kind::Announced, .ways = ways});
  on({.kind = Kind::ReplaceRequested, .client = kNew});
  time();
  EXPECT_FALSE(does(Done::Offer));
  ASSERT_TRUE(answer_);
  EXPECT_FALSE(answer_->done);
  EXPECT_EQ(keeper_.kept(), 1U);
}

TEST_F(Replacement, IsForgottenWhenWhoWantedItLeaves) {
  on({.kind = Kind::ReplaceRequested, .client = kNew});
  on({.kind = Kind::ClientLeft, .client = kNew});
  EXPECT_EQ(keeper_.deadline(), kNever);
  on({.kind = Kind::Time});
  EXPECT_TRUE(did_.empty());
}

}  // namespace
}  // namespace isboot::keep
