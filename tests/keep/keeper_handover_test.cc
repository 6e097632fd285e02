// A client brings a session.
#include "tests/keep/keeper_fixture.h"

namespace isboot::keep {
namespace {

constexpr const char* kUnreadable = "the record is of another version of isboot";

class HandoverTest : public KeeperTest {
protected:
  HandoverTest() { connect(0); }

  Actions ask_to_keep(std::size_t client = 0) {
    return on({.kind = Kind::KeepRequested, .client = client});
  }
  Actions bring(SessionId session) { return on({.kind = Kind::Brought, .session = session}); }
  Actions begun(SessionId session, bool carried = true) {
    return on({.kind = Kind::Began, .slot = slot_, .session = session, .carried = carried});
  }
  Actions not_kept(const char* why) {
    return on({.kind = Kind::NotKept, .error = {Errc::NotFound, 0, why}});
  }
  // Asked, read and judged: the place that it gets.
  void take_place(SessionId session, std::size_t client = 0) {
    ask_to_keep(client);
    bring(session);
    ASSERT_TRUE(does(Done::Begin));
    slot_ = the(Done::Begin).slot;
  }
  Action the(Done kind) const {
    for (const Action& action : last_)
      if (action.kind == kind) return action;
    return {};
  }
  std::size_t how_many(Done kind) const {
    return static_cast<std::size_t>(std::count_if(
        last_.begin(), last_.end(), [=](const Action& action) { return action.kind == kind; }));
  }
  void expect_refusal(const char* why, std::size_t client = 0) {
    ASSERT_EQ(how_many(Done::Answer), 1U);
    const Action answer = the(Done::Answer);
    EXPECT_EQ(answer.client, client);
    EXPECT_FALSE(answer.done);
    EXPECT_STREQ(answer.text, why);
    EXPECT_FALSE(does(Done::Begin));
  }
  void fill() {
    while (keeper_.free_slot()) begin(SessionId{10 + static_cast<std::uint32_t>(keeper_.kept())});
  }

  std::size_t slot_ = 0;
};

TEST_F(HandoverTest, KeepsWhatAClientBringsAndSavesItBeforeItSaysSo) {
  take_place(kSecond);
  EXPECT_EQ(slot_, 1U);
  EXPECT_FALSE(does(Done::Answer)) << "it is not kept yet";
  begun(kSecond, false);
  ASSERT_EQ(last_.count, 2U);
  EXPECT_EQ(last_[0].kind, Done::Save);
  EXPECT_EQ(last_[1].kind, Done::Answer);
  EXPECT_TRUE(last_[1].done);
  EXPECT_EQ(keeper_.slot_of(kSecond), 1U);
}

TEST_F(HandoverTest, RefusesWhatCannotBeReadWithoutAPlaceForIt) {
  ask_to_keep();
  EXPECT_TRUE(does(Done::Read));
  not_kept(kUnreadable);
  expect_refusal(kUnreadable);
  EXPECT_FALSE(does(Done::Forget));
}

TEST_F(HandoverTest, ForgetsWhatDoesNotBegin) {
  take_place(kSecond);
  not_kept("the kernel has no such session");
  expect_refusal("the kernel has no such session");
  EXPECT_TRUE(does(Done::Forget, 1)) << "its secrets are there";
  EXPECT_FALSE(keeper_.slot_of(kSecond));
  EXPECT_EQ(keeper_.free_slot(), 1U);
}

TEST_F(HandoverTest, KeepsNothingTwice) {
  ask_to_keep();
  bring(kFirst);
  expect_refusal("the session is kept already");
}

TEST_F(HandoverTest, TakesNoMoreThanThereIsRoomFor) {
  fill();
  ask_to_keep();
  bring(kSecond);
  expect_refusal("too many sessions are kept already");
}

// It would be kept for nobody knows how long, and the machine would not end meanwhile.
TEST_F(HandoverTest, TakesNothingOnceTheMachinesEndWasAskedFor) {
  connect(1);
  ask_for_the_end(1, kAllSessions, MachineEnd::PowerOff);
  ask_to_keep();
  bring(kSecond);
  expect_refusal("the machine is about to end, as was asked for");
}

TEST_F(HandoverTest, TakesASessionWhileOthersEnd) {
  connect(1);
  ask_for_the_end(1);
  take_place(kSecond);
  begun(kSecond);
  EXPECT_TRUE(the(Done::Answer).done);
}

// Nobody has said so yet: the notice is under way.
TEST_F(HandoverTest, TakesTheNumberOfASessionThatTheKernelHasNoMore) {
  ask_to_keep();
  ASSERT_EQ(last_[0].kind, Done::Look);
  EXPECT_EQ(last_[1].kind, Done::Read) << "after the look";
  on({.kind = Kind::Sight, .slot = 0, .gone = true});
  EXPECT_TRUE(does(Done::Forget, 0));
  EXPECT_FALSE(over_) << "one is about to be kept";
  bring(kFirst);
  ASSERT_TRUE(does(Done::Begin, 0));
  begun(kFirst);
  EXPECT_TRUE(the(Done::Answer).done);
}

TEST_F(HandoverTest, TakesThePlaceOfASessionThatTheKernelHasNoMore) {
  fill();
  ask_to_keep();
  EXPECT_EQ(how_many(Done::Look), kMaxKept);
  on({.kind = Kind::Sight, .slot = 3, .gone = true});
  bring(kSecond);
  EXPECT_TRUE(does(Done::Begin, 3));
}

TEST_F(HandoverTest, IsOverWhenTheLastOneIsGoneAndTheNextIsRefused) {
  ask_to_keep();
  on({.kind = Kind::Sight, .slot = 0, .gone = true});
  not_kept(kUnreadable);
  ASSERT_EQ(last_.count, 2U);
  EXPECT_EQ(last_[0].kind, Done::Answer) << "first";
  EXPECT_EQ(over_, MachineEnd::Stay);
}

// What was begun for somebody goes on: nobody else would bring it back.
TEST_F(HandoverTest, KeepsTheSessionOfAClientThatDoesNotWait) {
  take_place(kSecond);
  on({.kind = Kind::ClientLeft, .client = 0});
  connect(0);
  begun(kSecond);
  EXPECT_FALSE(does(Done::Answer)) << "another one is there now";
  EXPECT_TRUE(keeper_.slot_of(kSecond));
}

TEST_F(HandoverTest, AnswersEachRequestWhileASessionIsBrought) {
  connect(1);
  take_place(kSecond);
  for (const Kind kind : {Kind::KeepRequested, Kind::EndRequested, Kind::ReleaseRequested}) {
    on({.kind = kind, .client = 0, .session = kSecond});
    expect_refusal("the last request is still under way; ask again then");
  }
  ask_to_keep(1);
  expect_refusal("others bring a session; ask again in a moment", 1);
  begun(kSecond);
  EXPECT_EQ(the(Done::Answer).client, 0U);
}

TEST_F(HandoverTest, OffersNothingWhileASessionIsBrought) {
  connect(1);
  on({.kind = Kind::ReplaceRequested, .client = 1});
  take_place(kSecond);
  on({.kind = Kind::ClientLeft, .client = 0});
  on(Kind::Time);
  EXPECT_FALSE(does(Done::Offer));
  begun(kSecond);
  on(Kind::Time);
  EXPECT_TRUE(does(Done::Offer));
}

TEST_F(HandoverTest, AnswersThatNobodyHasAskedForChangeNothing) {
  EXPECT_TRUE(bring(kSecond).empty());
  EXPECT_TRUE(not_kept(kUnreadable).empty());
  take_place(kSecond);
  EXPECT_TRUE(bring(SessionId{5}).empty()) << "twice";
}

TEST_F(HandoverTest, SavesAgainEachMinuteUntilItIsDoneAndSaysItOnce) {
  constexpr const char* kFull = "the keeper's state file cannot be written";
  const Event failed{.kind = Kind::NotSaved, .error = {Errc::NoSpace, 0, kFull}};
  const Millis first = now_;
  on(failed);
  on(failed);
  EXPECT_EQ(said_, std::string{kFull} + "\n");
  wait();
  EXPECT_EQ(now_, first + 60'000);
  ASSERT_TRUE(does(Done::Save));
  on(failed);
  EXPECT_EQ(keeper_.deadline(), now_ + 60'000);
  wait();
  ASSERT_TRUE(does(Done::Save));
  on(Kind::Saved);
  EXPECT_EQ(keeper_.deadline(), kNever) << "nobody is woken for nothing";
  on(failed);
  EXPECT_EQ(said_, std::string{kFull} + "\n" + kFull + "\n");
}

}  // namespace
}  // namespace isboot::keep
