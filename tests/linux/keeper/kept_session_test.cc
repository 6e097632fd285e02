#include "platform/linux/keeper/kept_session.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <deque>
#include <numeric>
#include <optional>

#include "testing/fake_clock.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/fake_log.h"
#include "testing/scripted_target.h"
#include "tests/linux/keeper/fake_errands.h"
#include "tests/linux/keeper/fake_journal.h"
#include "tests/linux/keeper/fake_keeping.h"
#include "tests/linux/keeper/fake_multipath.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

using ::testing::ElementsAre;
using testing::ScriptedReply;
using testing::ScriptedTarget;

constexpr Error kLoss{Errc::Closed, 0, "the target closed the connection"};

ScriptedReply refusal(std::uint8_t status_class, std::uint8_t detail) {
  ScriptedReply reply;
  reply.status_class = status_class;
  reply.status_detail = detail;
  return reply;
}

// Scripted targets behind a port of the loopback interface: one script a connection.
class Loopback {
public:
  Loopback() : listener_{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_.get(), where, size), 0);
    EXPECT_EQ(listen(listener_.get(), 16), 0);
    EXPECT_EQ(getsockname(listener_.get(), where, &size), 0);
    portal = {IpAddress::v4(127, 0, 0, 1), ntohs(address.sin_port)};
  }

  void expect(std::vector<ScriptedReply> script) { scripts_.emplace_back(std::move(script)); }

  // Does what there is to do, without waiting.
  void turn() {
    UniqueFd accepted{accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (accepted) {
      connection_ = std::move(accepted);
      received_.clear();
      ASSERT_FALSE(scripts_.empty()) << "an unexpected connection";
      target_.emplace(std::move(scripts_.front()));
      scripts_.pop_front();
    }
    std::array<std::uint8_t, 4096> buffer;
    const ssize_t size = recv(connection_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size <= 0) return;
    received_.insert(received_.end(), buffer.begin(), buffer.begin() + size);
    const std::size_t length = received_.size() < 48 ? 0 : received_[6] << 8 | received_[7];
    if (received_.size() < 48 + (length + 3) / 4 * 4) return;
    const auto reply = target_->respond(received_);
    received_.clear();
    (void)send(connection_.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
  }

  Portal portal;

private:
  UniqueFd listener_;
  UniqueFd connection_;
  std::deque<std::vector<ScriptedReply>> scripts_;
  std::optional<ScriptedTarget> target_;
  std::vector<std::uint8_t> received_;
};

class FakeNics final : public NicMending {
public:
  Result<Mended> mend(const NicSetup&, LinkId, bool unreachable) override {
    asked.push_back(unreachable);
    if (missing) return Error{Errc::NotFound, 0, "no such NIC"};
    return Mended{LinkId{kPort}, LinkId{kLoopbackLink}};
  }
  static constexpr std::uint32_t kPort = 7;  // of a bridge, which is not bound to
  static constexpr std::uint32_t kLoopbackLink = 1;
  std::vector<bool> asked;
  bool missing = false;
};

class KeptSessionTest : public ::testing::Test {
protected:
  KeptSessionTest() {
    record_ = full_record();
    record_.login.credentials = {};
    record_.login.data_digest = false;
    record_.nic.reset();
    record_.time2wait = 0;
    record_.link = 0;
    record_.kernel.portal = home_.portal;
  }
  void decide(keep::Action::Kind what, std::optional<std::uint16_t> time2wait = {}) {
    session_->on_decision({.kind = what, .error = kLoss, .time2wait = time2wait});
  }
  void start() {
    session_.emplace(record_, KeeperPorts{clock_, log_, hash_, entropy_, kernel_, nics_, journal_,
                                          errands_, multipath_});
    ASSERT_TRUE(session_->start(true));
    ASSERT_TRUE(session_->carried());
  }
  // Until the kernel has the session again, or nothing moves any more.
  void drive() {
    for (int turns = 0; turns < 2000 && !session_->carried(); ++turns) {
      const Waiting waiting = session_->waiting();
      if (waiting.descriptor < 0) {
        ASSERT_NE(waiting.deadline, kNever);
        waits_.push_back(waiting.deadline - clock_.now());
        clock_.sleep_until(waiting.deadline);
        session_->on_time();
        continue;
      }
      home_.turn();
      other_.turn();
      pollfd ready{waiting.descriptor, waiting.events, 0};
      if (poll(&ready, 1, 1) > 0) session_->on_ready();
    }
  }

  testing::FakeClock clock_;
  testing::FakeLog log_;
  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  FakeKeeping kernel_;
  FakeNics nics_;
  FakeJournal journal_;
  FakeErrands errands_;
  FakeMultipath multipath_;
  Loopback home_;
  Loopback other_;
  SessionRecord record_;
  std::optional<KeptSession> session_;
  std::vector<Millis> waits_;
};

TEST_F(KeptSessionTest, ComesBackAtOnceAndRemembersWhy) {
  home_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::Lose);
  decide(keep::Action::Kind::Lose);  // the kernel may say it twice
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_TRUE(waits_.empty());
  EXPECT_THAT(kernel_.calls, ElementsAre("recover", "hand_over"));
  EXPECT_EQ(session_->history().recoveries, 1U);
  EXPECT_EQ(session_->history().last[0].cause.text, Text{kLoss.text});
  EXPECT_THAT(journal_.told, ElementsAre(keep::Happening::Lost, keep::Happening::Back));
}

TEST_F(KeptSessionTest, WaitsAsAgreedOnAndRemembersWhatWasAgreedOn) {
  record_.time2wait = 3;
  home_.expect(testing::plain_login({"DefaultTime2Wait=4"}));
  start();
  decide(keep::Action::Kind::Lose);
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_THAT(waits_, ElementsAre(3'000));
  EXPECT_EQ(log_.lines.size(), 2U);  // lost, back: the wait is no failure
  EXPECT_EQ(session_->record().time2wait, 4);
  EXPECT_TRUE(session_->take_changed());
}

TEST_F(KeptSessionTest, BringsUpWhatNeverWasHoweverLongItTakes) {
  record_.logged_in = false;
  home_.expect({refusal(2, 3)});  // no such target, yet
  home_.expect(testing::plain_login());
  session_.emplace(record_, KeeperPorts{clock_, log_, hash_, entropy_, kernel_, nics_, journal_,
                                        errands_, multipath_});
  ASSERT_TRUE(session_->start(false));
  EXPECT_EQ(session_->state(), boot::SessionState::Connecting);
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_EQ(waits_.size(), 1U);
  EXPECT_THAT(kernel_.calls, ElementsAre("hand_over"));
  EXPECT_EQ(session_->history().recoveries, 0U);
  EXPECT_TRUE(session_->record().logged_in);
  EXPECT_TRUE(session_->take_changed());
  EXPECT_THAT(journal_.told, ElementsAre(keep::Happening::Refused, keep::Happening::LoggedIn));
}

TEST_F(KeptSessionTest, LogsOutWhenTheTargetAsksForItAndComesBack) {
  home_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::LoggedOut, 9);  // nobody asked: nothing
  decide(keep::Action::Kind::LogOut);
  EXPECT_EQ(session_->state(), boot::SessionState::LoggingOut);
  decide(keep::Action::Kind::LogOut);  // again: it is under way
  decide(keep::Action::Kind::LoggedOut, 0);
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_TRUE(waits_.empty());
  EXPECT_THAT(kernel_.calls, ElementsAre("log_out", "recover", "hand_over"));
  EXPECT_EQ(session_->history().recoveries, 1U);
}

TEST_F(KeptSessionTest, ComesBackWithoutALogoutWhenTheTargetGoesFirst) {
  for (const bool refused : {false, true}) {
    home_.expect(testing::plain_login());
    kernel_.calls.clear();
    kernel_.refused = refused ? "log_out" : "";
    start();
    decide(keep::Action::Kind::LogOut);
    if (!refused) decide(keep::Action::Kind::Lose);
    drive();
    ASSERT_TRUE(session_->carried());
    EXPECT_THAT(kernel_.calls, ElementsAre("log_out", "recover", "hand_over"));
  }
}

TEST_F(KeptSessionTest, DoesNotWaitForTheAnswerToALogoutForEver) {
  home_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::LogOut);
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_THAT(kernel_.calls, ElementsAre("log_out", "recover", "hand_over"));
}

TEST_F(KeptSessionTest, FollowsARedirectWhenItComesBack) {
  ScriptedReply moved = refusal(1, 1);  // temporarily
  const std::string address{to_text(other_.portal).view()};
  moved.text = testing::text_of({"TargetAddress=" + address});
  home_.expect({moved});
  other_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::Lose);
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_EQ(session_->portal(), other_.portal);
  EXPECT_EQ(session_->record().kernel.portal, home_.portal);  // where the next try starts
  EXPECT_THAT(journal_.told,
              ElementsAre(keep::Happening::Lost, keep::Happening::Back, keep::Happening::Moved));
  EXPECT_TRUE(log_.says("carried by " + address + " from now on"));
}

TEST_F(KeptSessionTest, TriesSlowlyAndSaysSoWhenItIsRefusedForGood) {
  constexpr std::size_t kRefusals = 40;
  for (std::size_t i = 0; i < kRefusals; ++i)
    home_.expect({refusal(2, 1)});  // authentication failed
  home_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::Lose);
  drive();
  ASSERT_TRUE(session_->carried());
  ASSERT_EQ(waits_.size(), kRefusals);
  EXPECT_LE(waits_[4], 2'000U);
  EXPECT_EQ(waits_[kRefusals - 2], 30'000U);
  EXPECT_EQ(waits_[kRefusals - 1], 30'000U);
  EXPECT_TRUE(log_.says("0x0201"));
  std::size_t loud = 0;
  for (const LogLevel level : log_.levels) loud += level == LogLevel::Error ? 1 : 0;
  const Millis passed = std::accumulate(waits_.begin(), waits_.end(), Millis{0});
  EXPECT_EQ(loud, passed / 60'000 + 1);  // the same refusal is said once a minute
}

TEST_F(KeptSessionTest, HoldsOnWhenTheTargetIsBusyForAWhile) {
  home_.expect({refusal(3, 1)});  // service unavailable
  home_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::Lose);
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_EQ(session_->history().refusal.view().find("0x0301") != Text::npos, true);
}

TEST_F(KeptSessionTest, MendsTheNicBeforeEachTry) {
  record_.nic = full_record().nic;
  record_.nic->config.apart = true;
  home_.expect(testing::plain_login());
  start();
  nics_.missing = true;
  decide(keep::Action::Kind::Lose);
  EXPECT_EQ(session_->state(), boot::SessionState::Waiting);
  nics_.missing = false;
  drive();
  ASSERT_TRUE(session_->carried());
  EXPECT_EQ(nics_.asked.size(), 2U);
  EXPECT_EQ(session_->record().link, FakeNics::kPort);
  EXPECT_TRUE(session_->take_changed());
  EXPECT_FALSE(session_->take_changed());
}

// The keeper has no resolver: it goes to where the name led to before.
TEST_F(KeptSessionTest, ComesBackWhereANameHasLedTo) {
  {
    const Loopback gone;
    record_.kernel.portal = gone.portal;
  }
  record_.found_by_name = home_.portal;
  home_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::Lose);
  drive();
  EXPECT_TRUE(session_->carried());
  EXPECT_EQ(session_->portal(), home_.portal);
  EXPECT_EQ(session_->tries(), 0U);
}

// It may be another than before: what was given, and where the name led to, are tried in turn.
TEST_F(KeptSessionTest, LooksUpNoNameThatTheTargetRedirectsTo) {
  testing::ScriptedReply redirect;
  redirect.status_class = 1;
  redirect.status_detail = 1;
  redirect.text = testing::text_of({"TargetAddress=storage.example:3260"});
  home_.expect({redirect});
  home_.expect(testing::plain_login());
  start();
  decide(keep::Action::Kind::Lose);
  drive();
  EXPECT_TRUE(session_->carried());
  EXPECT_TRUE(log_.says("the target redirects to a name, which nobody here looks up"));
}

TEST_F(KeptSessionTest, TellsASilentNetworkFromATargetThatIsNotThere) {
  record_.nic = full_record().nic;
  {
    const Loopback gone;
    record_.kernel.portal = gone.portal;
  }
  start();
  decide(keep::Action::Kind::Lose);  // refused: an answer
  for (int i = 0; i < 3; ++i) {
    if (session_->waiting().descriptor >= 0) session_->on_ready();
    clock_.sleep_until(session_->waiting().deadline);
    session_->on_time();
  }
  ASSERT_GE(nics_.asked.size(), 2U);
  EXPECT_FALSE(nics_.asked[1]);
  if (session_->waiting().descriptor < 0) session_->on_time();
  session_->on_time();  // no answer at all until the connect's limit
  clock_.sleep_until(session_->waiting().deadline);
  session_->on_time();
  EXPECT_TRUE(nics_.asked.back());
}

}  // namespace
}  // namespace isboot::linux_platform
