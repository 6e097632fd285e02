// What clients of the keeper ask for.
#include "tests/keep/keeper_fixture.h"

namespace isboot::keep {
namespace {

TEST_F(KeeperTest, EndsASessionThatAClientWantsToEndAndAnswersOnce) {
  connect(0);
  ask_for_the_end(0, kFirst);
  EXPECT_TRUE(does(Done::Unbind, 0));
  EXPECT_TRUE(keeper_.ends(0));
  on_notice(Kind::Unbound, kFirst);
  EXPECT_TRUE(does(Done::SayGoodbye, 0));
  EXPECT_FALSE(does(Done::Answer));
  on({.kind = Kind::TargetSaid, .session = kFirst, .said = {TargetNotice::Kind::LoggedOut, "", 0}});
  EXPECT_TRUE(does(Done::Destroy, 0));
  EXPECT_TRUE(does(Done::Forget, 0));
  EXPECT_EQ(std::count_if(last_.begin(), last_.end(),
                          [](const Action& action) { return action.kind == Done::Answer; }),
            1);
  EXPECT_EQ(over_, MachineEnd::Stay);
  EXPECT_TRUE(on(Kind::Time).empty()) << "nothing comes after the end";
}

TEST_F(KeeperTest, WaitsForEachOfTheSessionsThatAClientWantsToEnd) {
  begin(kSecond);
  connect(0);
  connect(1);
  ask_for_the_end(0);
  ask_for_the_end(1, kSecond);
  EXPECT_FALSE(does(Done::Unbind)) << "it ends already";
  on({.kind = Kind::Lost, .slot = 1});
  on_notice(Kind::Unbound, kSecond);
  ASSERT_TRUE(does(Done::Answer));
  EXPECT_EQ(std::find_if(last_.begin(), last_.end(),
                         [](const Action& action) { return action.kind == Done::Answer; })
                ->client,
            1U);
  EXPECT_FALSE(over_);
}

TEST_F(KeeperTest, RefusesToEndWhatItDoesNotKeep) {
  connect(0);
  ask_for_the_end(0, kSecond, MachineEnd::PowerOff);
  ASSERT_EQ(last_.count, 1U);
  EXPECT_FALSE(last_[0].done);
  connect(1);
  ask_for_the_end(1);
  on(Kind::Lost);
  on_notice(Kind::Unbound, kFirst);
  EXPECT_EQ(over_, MachineEnd::Stay) << "what was refused counts for nothing";
}

// `detach` while `keep --shutdown --then poweroff` is under way.
TEST_F(KeeperTest, KeepsTheEndOfTheMachineThatSomebodyElseAskedFor) {
  connect(0);
  connect(1);
  ask_for_the_end(0, kAllSessions, MachineEnd::PowerOff);
  ask_for_the_end(1, kFirst);
  on_notice(Kind::ConnectionLost, kFirst);
  EXPECT_EQ(over_, MachineEnd::PowerOff);
}

TEST_F(KeeperTest, LetsGoOfAllAndAnswersWhoeverWaited) {
  connect(0);
  connect(1);
  ask_for_the_end(0);
  on({.kind = Kind::ReleaseRequested, .client = 1});
  EXPECT_TRUE(does(Done::Forget, 0));
  EXPECT_FALSE(does(Done::Destroy));
  std::vector<std::pair<std::size_t, bool>> answers;
  for (const Action& action : last_)
    if (action.kind == Done::Answer) answers.emplace_back(action.client, action.done);
  EXPECT_EQ(answers, (std::vector<std::pair<std::size_t, bool>>{{0, false}, {1, true}}));
  EXPECT_EQ(over_, MachineEnd::Stay);
}

TEST_F(KeeperTest, AnswersEachRequestAlsoOfAClientThatDoesNotWait) {
  begin(kSecond);
  connect(0);
  ask_for_the_end(0, kFirst);
  for (const Kind kind : {Kind::EndRequested, Kind::ReleaseRequested, Kind::ReplaceRequested}) {
    const Actions actions = on({.kind = kind, .client = 0, .session = kSecond});
    ASSERT_EQ(actions.count, 1U);
    EXPECT_EQ(actions[0].kind, Done::Answer);
    EXPECT_FALSE(actions[0].done);
  }
  EXPECT_FALSE(keeper_.ends(*keeper_.slot_of(kSecond))) << "nothing of it is begun";
  on_notice(Kind::Unbound, kFirst);
  const Actions over = on_notice(Kind::ConnectionLost, kFirst);
  EXPECT_EQ(std::count_if(over.begin(), over.end(),
                          [](const Action& action) {
                            return action.kind == Done::Answer && action.client == 0 && action.done;
                          }),
            1);
}

TEST_F(KeeperTest, HasAPlaceForFourClients) {
  for (std::size_t client = 0; client < kMaxClients; ++client) {
    EXPECT_EQ(keeper_.free_client(), client);
    connect(client);
  }
  EXPECT_FALSE(keeper_.free_client());
  on({.kind = Kind::ClientLeft, .client = 2});
  EXPECT_EQ(keeper_.free_client(), 2U);
}

}  // namespace
}  // namespace isboot::keep
