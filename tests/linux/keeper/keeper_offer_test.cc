// Two keepers in one process, the old one's loop in a process that it forked, as its guard does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "platform/linux/keeper/keeper.h"
#include "platform/linux/system/clock.h"
#include "tests/linux/keeper/fake_notices.h"
#include "tests/linux/keeper/keeper_ports.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

class Replacement : public ::testing::Test, protected PlayedPorts {
protected:
  Replacement() {
    char name[] = "/tmp/isboot-replace-XXXXXX";
    folder_ = mkdtemp(name);
    control_ = folder_ / "control";
    state_ = folder_ / "state";
    classes_ = folder_ / "class";
    const fs::path session = classes_ / "iscsi_session/session3";
    fs::create_directories(session);
    std::ofstream{session / "state"} << "LOGGED_IN\n";
    std::ofstream{session / "targetname"} << record_.kernel.target_name.view() << '\n';
  }
  ~Replacement() override {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    fs::remove_all(folder_);
  }
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "both ends must be root's";
    ASSERT_TRUE(old_.open(places()));
    ASSERT_TRUE(old_.remember(record_));
    start_old();
  }

  KeeperPlaces places() const { return {classes_.c_str(), state_.c_str(), control_.c_str()}; }

  // As its guard does, also again. 7: it says that its work is over; 9: another has the sessions.
  void start_old() {
    process_ = fork();
    if (process_ != 0) return;
    if (old_.is_replaced()) _exit(9);
    const bool ready = old_.prepare().ok() && old_.claim() && old_.adopt().ok();
    if (!ready) _exit(1);
    _exit(old_.run() == MachineEnd::Stay ? 7 : 1);
  }
  int wait_for_old() {
    int status = 0;
    EXPECT_EQ(waitpid(std::exchange(process_, -1), &status, 0) > 0, true);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  UniqueFd connect() const {
    auto connected = connect_to_keeper(control_.c_str());
    EXPECT_TRUE(connected);
    return connected ? std::move(*connected) : UniqueFd{};
  }
  Result<Done> take_over(Keeper& next, const UniqueFd& connection) {
    return next.take_over(connection.get(), refusal_, places());
  }
  // What the keeper that runs says of its sessions.
  std::string status() const {
    const UniqueFd client = connect();
    std::vector<std::uint8_t> buffer(kMaxAnswer + 1);
    const auto answer = ask(client.get(), {.kind = ControlRequest::Kind::Status}, 10'000, buffer);
    return answer ? std::string{answer->text} : std::string{answer.error().text};
  }

  fs::path folder_, classes_, control_, state_;
  SessionRecord record_ = [] {
    SessionRecord record = full_record();
    record.nic.reset();
    return record;
  }();
  LinuxClock clock_;
  FakeNotices old_notices_, notices_;
  Keeper old_{ports(clock_), old_notices_};
  Keeper new_{ports(clock_), notices_};
  InlineText<127> refusal_;
  pid_t process_ = -1;
};

TEST_F(Replacement, BringsSessionsWithSecretsTheLockAndTheSocket) {
  UniqueFd connection = connect();
  ASSERT_TRUE(take_over(new_, connection));
  ASSERT_TRUE(new_.prepare());
  EXPECT_FALSE(new_.is_ours());
  ASSERT_TRUE(new_.claim());
  connection.reset();
  EXPECT_EQ(wait_for_old(), 7);
  ASSERT_TRUE(new_.adopt());
  EXPECT_EQ(new_.kept(), 1U);
  Keeper third{ports(clock_), notices_};
  EXPECT_STREQ(third.open(places()).error().text, "a keeper runs already");
  // Somebody asks, before the new one's loop turns, and that offers its sessions in its turn.
  process_ = fork();
  if (process_ == 0) _exit(new_.run() == MachineEnd::Stay ? 7 : 1);
  EXPECT_THAT(status(), ::testing::HasSubstr(record_.kernel.target_name.view()));
  connection = connect();
  Keeper fourth{ports(clock_), notices_};
  ASSERT_TRUE(take_over(fourth, connection));
  ASSERT_TRUE(fourth.claim());
  connection.reset();
  EXPECT_EQ(wait_for_old(), 7);
}

TEST_F(Replacement, ThatEndsInTheMiddleLeavesTheOldOne) {
  {
    const UniqueFd connection = connect();
    ASSERT_TRUE(take_over(new_, connection));
    ASSERT_TRUE(new_.prepare());
  }  // and is gone
  EXPECT_THAT(status(), ::testing::HasSubstr("\"state\":\"carried\""));
  EXPECT_FALSE(new_.claim()) << "it has been taken back";
}

TEST_F(Replacement, OfAKeeperThatIsKilledBeforeLeavesItToItsGuard) {
  UniqueFd connection = connect();
  ASSERT_TRUE(take_over(new_, connection));
  kill(process_, SIGKILL);
  EXPECT_EQ(wait_for_old(), -SIGKILL);
  start_old();
  EXPECT_THAT(status(), ::testing::HasSubstr("\"state\":\"carried\""));
  EXPECT_FALSE(new_.claim());
}

TEST_F(Replacement, OfAKeeperThatIsKilledAfterwardsIsNotUndoneByItsGuard) {
  UniqueFd connection = connect();
  ASSERT_TRUE(take_over(new_, connection));
  kill(process_, SIGSTOP);
  ASSERT_TRUE(new_.claim());
  kill(process_, SIGKILL);
  EXPECT_EQ(wait_for_old(), -SIGKILL);
  start_old();
  EXPECT_EQ(wait_for_old(), 9);
  EXPECT_TRUE(new_.is_ours());
}

TEST_F(Replacement, TouchesNoLostSessionBeforeItIsItsOwn) {
  const UniqueFd connection = connect();
  ASSERT_TRUE(take_over(new_, connection));
  std::ofstream{classes_ / "iscsi_session/session3/state"} << "FAILED\n";
  ASSERT_TRUE(new_.prepare());
  EXPECT_TRUE(kernel_.calls.empty());
  ASSERT_TRUE(new_.claim());
  ASSERT_TRUE(new_.adopt());
  EXPECT_TRUE(log_.says("session 3: adopted"));
}

}  // namespace
}  // namespace isboot::linux_platform
