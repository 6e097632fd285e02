// A client brings sessions by the control socket.
#include <algorithm>

#include "tests/linux/keeper/keeper_fixture.h"

namespace isboot::linux_platform {
namespace {

class KeeperHandoverTest : public KeeperTest {
protected:
  KeeperHandoverTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    client_.reset(ends[0]);
    keeper_.serve(UniqueFd{ends[1]});
  }

  void ask(const ControlRequest& request) {
    std::array<std::uint8_t, kMaxRequest> buffer{};
    const auto bytes = encode(request, buffer);
    ASSERT_TRUE(bytes);
    ASSERT_EQ(send(client_.get(), bytes->data(), bytes->size(), 0),
              static_cast<ssize_t>(bytes->size()));
  }
  void bring(const SessionRecord& record, std::size_t without = 0) {
    std::array<std::uint8_t, kMaxRecord> buffer{};
    const auto bytes = encode(record, Secrets::Take, buffer);
    ASSERT_TRUE(bytes);
    ask({.kind = ControlRequest::Kind::Keep, .record = bytes->first(bytes->size() - without)});
  }
  // Until it lets go of what it keeps.
  void run_until_released() {
    ask({.kind = ControlRequest::Kind::Release});
    EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  }
  // "done", or why not.
  std::string next_answer() {
    std::array<std::uint8_t, 256> buffer{};
    const auto answer = receive_answer(client_.get(), 0, buffer);
    if (!answer) return answer.error().text;
    return answer->done ? "done" : std::string{answer->text};
  }

  UniqueFd client_;
};

TEST_F(KeeperHandoverTest, AnswersForEachSessionThatAClientBrings) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(start());
  bring(record_);
  bring(record_);
  SessionRecord unknown = record_;
  unknown.session = SessionId{4};
  bring(unknown);
  bring(unknown, 1);
  run_until_released();
  EXPECT_EQ(next_answer(), "done");
  EXPECT_EQ(next_answer(), "the session is kept already");
  EXPECT_EQ(next_answer(), "the kernel has no such session");
  EXPECT_NE(next_answer(), "done") << "its last byte is missing";
  EXPECT_EQ(next_answer(), "done") << "of the release";
}

// Nobody has heard yet that the first one is gone.
TEST_F(KeeperHandoverTest, TakesTheNumberOfASessionThatTheKernelHasNoMore) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(keeper_.remember(record_));
  ASSERT_TRUE(start());
  SessionRecord next = record_;
  ASSERT_TRUE(next.kernel.target_name.assign("iqn.2026-11.org.example:another"));
  std::ofstream{session() / "targetname"} << next.kernel.target_name.view() << '\n';
  bring(next);
  run_until_released();
  EXPECT_EQ(next_answer(), "done");
}

// It is kept all the same, and whoever reads the log knows.
TEST_F(KeeperHandoverTest, KeepsASessionThatCannotBeWrittenDown) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(start());
  fs::create_directory(state_ / "sessions.new");
  bring(record_);
  run_until_released();
  EXPECT_EQ(next_answer(), "done");
  EXPECT_EQ(
      std::count(log_.lines.begin(), log_.lines.end(), "the keeper's state file cannot be made"),
      1);
}

}  // namespace
}  // namespace isboot::linux_platform
