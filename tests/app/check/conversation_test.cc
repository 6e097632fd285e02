#include "app/check/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/iscsi/scsi.h"
#include "core/names/name_servers.h"
#include "platform/linux/system_error.h"
#include "testing/fake_clock.h"
#include "testing/fake_disk.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/fake_resolver.h"
#include "testing/fake_stream.h"

namespace isboot::app {
namespace {

using isboot::testing::FakeDisk;
using isboot::testing::FakeStream;
using isboot::testing::ScriptedReply;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Portal kPortal{IpAddress::v4(127, 0, 0, 1), 3260};
constexpr Millis kPatience = 10'000;

// Nobody can be reached, for the same reason each time.
class NoWay final : public Stream {
public:
  explicit NoWay(const Error& error) : error_{error} {}
  Result<Done> connect(const Portal&, Via, Millis) override { return error_; }
  Result<Done> send(Bytes, Millis) override { return error_; }
  Result<std::size_t> receive(MutableBytes, Millis) override { return error_; }
  void close() override {}
  int descriptor() const override { return -1; }

private:
  Error error_;
};

class ConversationTest : public ::testing::Test {
protected:
  ConversationTest() {
    (void)config_.initiator_name.assign("iqn.2026-11.org.example:initiator");
    (void)config_.target_name.assign("iqn.2026-11.org.example:disk");
  }
  Conversation with(Stream& stream) {
    return {stream, clock_, hash_, entropy_, clock_.now() + kPatience};
  }
  // The login's failure as one line; empty when there is none.
  std::string fault(Stream& stream, const Portal& portal = kPortal) {
    const auto done = with(stream).log_in(portal, config_);
    return done ? "" : in_one_line(done.error());
  }
  static ScriptedReply moved_to(const std::string& where) {
    ScriptedReply moved;
    moved.status_class = 1;
    moved.status_detail = 1;
    moved.text = isboot::testing::text_of({"TargetAddress=" + where});
    return moved;
  }

  isboot::testing::FakeClock clock_;
  isboot::testing::FakeHash hash_;
  isboot::testing::FakeEntropy entropy_;
  iscsi::LoginConfig config_;
};

TEST_F(ConversationTest, AsksAndLogsOut) {
  FakeDisk disk;
  Conversation target = with(disk);
  ASSERT_TRUE(target.log_in(kPortal, config_));
  EXPECT_EQ(target.portal(), kPortal);
  EXPECT_TRUE(target.notes().empty());
  std::array<std::uint8_t, 8> data{};
  iscsi::ExchangeResult result;
  ASSERT_TRUE(target.command(*Lun::from_number(1), iscsi::scsi::read_capacity_10(), data, result));
  EXPECT_EQ(result.scsi_status, iscsi::scsi::kGood);
  EXPECT_EQ(result.data_size, 8U);
  target.log_out();
  EXPECT_TRUE(disk.logged_out());
}

// Also when nobody was ever reached.
TEST_F(ConversationTest, LogsOutWithoutALogin) {
  FakeDisk disk;
  with(disk).log_out();
  EXPECT_FALSE(disk.logged_out());
}

TEST_F(ConversationTest, ATextIsAnswered) {
  FakeDisk disk;
  disk.discovery = "TargetName=iqn.a";
  Conversation target = with(disk);
  ASSERT_TRUE(target.log_in(kPortal, config_));
  std::array<std::uint8_t, 64> answer{};
  iscsi::ExchangeResult result;
  ASSERT_TRUE(target.text("SendTargets=All", answer, result));
  EXPECT_EQ(as_text(Bytes{answer}.first(result.data_size)), "TargetName=iqn.a");
}

TEST_F(ConversationTest, AnAnswerThatIsTooLongIsNone) {
  FakeDisk disk;
  disk.discovery = std::string(65, 'x');
  Conversation target = with(disk);
  ASSERT_TRUE(target.log_in(kPortal, config_));
  std::array<std::uint8_t, 64> answer{};
  iscsi::ExchangeResult result;
  const auto asked = target.text("SendTargets=All", answer, result);
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error().next_step, StartsWith("look into the target's log"));
}

// The attention is over once it is told; a target that is busy may be so for long.
TEST_F(ConversationTest, TellsWhatPassesFromWhatStays) {
  FakeDisk disk;
  Conversation target = with(disk);
  ASSERT_TRUE(target.log_in(kPortal, config_));
  std::array<std::uint8_t, 8> data{};
  iscsi::ExchangeResult result;
  const auto status = [&] {
    EXPECT_TRUE(
        target.command(*Lun::from_number(1), iscsi::scsi::read_capacity_10(), data, result));
    return result.scsi_status;
  };
  disk.attentions = 8;
  EXPECT_EQ(status(), iscsi::scsi::kGood);
  disk.attentions = 9;
  EXPECT_EQ(status(), iscsi::scsi::kCheckCondition);
  const Millis start = clock_.now();
  disk.busy = 4;
  EXPECT_EQ(status(), iscsi::scsi::kGood);
  EXPECT_EQ(clock_.now(), start + 4 * 250);
  disk.busy = 1'000;
  EXPECT_EQ(status(), iscsi::scsi::kBusy);
  EXPECT_LT(clock_.now(), start + kPatience);
}

TEST_F(ConversationTest, GoesWhereItIsSent) {
  FakeStream stream{clock_};
  stream.expect({moved_to("127.0.0.2:3261,1")});
  stream.expect(isboot::testing::plain_login());
  Conversation target = with(stream);
  target.use_link(7);
  ASSERT_TRUE(target.log_in(kPortal, config_));
  EXPECT_EQ(target.portal(), (Portal{IpAddress::v4(127, 0, 0, 2), 3261}));
  ASSERT_EQ(stream.vias.size(), 2U);
  EXPECT_EQ(stream.vias[1].link, 7U);
}

TEST_F(ConversationTest, LooksUpTheNameThatItIsSentTo) {
  isboot::testing::FakeResolver resolver{clock_};
  names::Asking asking{resolver, clock_, entropy_};
  names::add_server(IpAddress::v4(10, 0, 0, 1), asking.servers);
  resolver.zones["10.0.0.1"]["storage.example"] = {IpAddress::v4(127, 0, 0, 3)};
  FakeStream stream{clock_};
  stream.expect({moved_to("storage.example:3261")});
  stream.expect(isboot::testing::plain_login());
  Conversation target = with(stream);
  target.use_names(asking);
  ASSERT_TRUE(target.log_in(kPortal, config_));
  EXPECT_EQ(target.portal(), (Portal{IpAddress::v4(127, 0, 0, 3), 3261}));

  stream.expect({moved_to("other.example")});
  const auto unknown = target.log_in(kPortal, config_);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "127.0.0.1:3260: redirects to other.example: no DNS server knows the name "
            "(10.0.0.1: no such name)");
  EXPECT_EQ(unknown.error().next_step, "check the name, or give the server's IP address");
}

TEST_F(ConversationTest, RefusesANameThatNobodyLooksUp) {
  FakeStream stream{clock_};
  stream.expect({moved_to("storage.example:3261")});
  EXPECT_THAT(fault(stream),
              StartsWith("127.0.0.1:3260: the target redirects to a name, which nobody here looks "
                         "up"));
}

TEST_F(ConversationTest, GoesRoundInNoCircle) {
  FakeStream stream{clock_};
  stream.expect({moved_to("127.0.0.1:3260")});
  EXPECT_THAT(fault(stream), ::testing::EndsWith("; next: let each portal of the target redirect "
                                                 "to one that serves the disk itself"));
}

TEST_F(ConversationTest, SaysWhatToDoAboutATargetThatIsOutOfReach) {
  const auto next = [this](const Error& error) {
    NoWay stream{error};
    const std::string line = fault(stream);
    EXPECT_THAT(line, StartsWith("127.0.0.1:3260: no way"));
    return line.substr(line.find("; next: ") + 8);
  };
  EXPECT_EQ(next(system_error(ECONNREFUSED, "no way")), "start the target, or check the port");
  for (const int number : {EHOSTUNREACH, ENETUNREACH})
    EXPECT_EQ(next(system_error(number, "no way")), "check the address and the route to it");
  EXPECT_EQ(next({Errc::TimedOut, 0, "no way"}), "check that the target's address answers at all");
  EXPECT_EQ(next({Errc::Closed, 0, "no way"}), "look into the target's log for why it hung up");
  EXPECT_THAT(next({Errc::BadValue, 0, "no way"}), StartsWith("look into the target's log; docs/"));
}

TEST_F(ConversationTest, TellsASecretFromAnAlgorithm) {
  NoWay wrong{Error{iscsi::ChapErrc::WrongResponse, 0, ""}};
  EXPECT_THAT(fault(wrong), HasSubstr("check the CHAP names and secrets on both sides"));
  for (const auto code :
       {iscsi::ChapErrc::AlgorithmRejected, iscsi::ChapErrc::AlgorithmNotOffered}) {
    NoWay none{Error{code, 0, ""}};
    EXPECT_THAT(fault(none), HasSubstr("isboot.chap="));
  }
}

TEST_F(ConversationTest, ALinkLocalAddressNeedsALink) {
  NoWay stream{system_error(EINVAL, "no way")};
  EXPECT_EQ(fault(stream, {*parse_ip("fe80::1"), 3260}),
            "[fe80::1]:3260: no way (Invalid argument); next: name the link: [fe80::1%LINK]");
}

TEST_F(ConversationTest, TellsTheTargetsRefusalAndWhatToDo) {
  FakeStream stream{clock_};
  ScriptedReply refusal;
  refusal.status_class = 2;
  refusal.status_detail = 3;
  stream.expect({refusal});
  const std::string line = fault(stream);
  EXPECT_THAT(line, StartsWith("127.0.0.1:3260: "));
  EXPECT_THAT(line, ::testing::HasSubstr("(0x0203)"));
  EXPECT_THAT(line, ::testing::Not(::testing::EndsWith("; next: ")));
}

}  // namespace
}  // namespace isboot::app
