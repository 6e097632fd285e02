#include "app/keep/keep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/app/keeper/fake_keeper.h"
#include "tests/app/keeper/played_keeper.h"

namespace isboot::app {
namespace {

using linux_platform::ControlRequest;
using test::FakeKeeper;
using ::testing::ElementsAre;

class Keep : public test::PlayedKeeper {};

TEST_F(Keep, TheKeeperTakesTheProcesssPlaceUnderItsName) {
  const pid_t child = fork();
  if (child == 0) {
    (void)start_keeper(paths_);
    _exit(13);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(started_with(), ElementsAre("@isboot", "keep"));
}

TEST_F(Keep, ThereIsOneKeeper) {
  const FakeKeeper keeper{paths_.control};
  EXPECT_EQ(in_one_line(start_keeper(paths_)), "a keeper runs already; next: isboot status");
  EXPECT_TRUE(started_with().empty());
}

TEST_F(Keep, ReplacingTellsWhatTheNewKeeperSays) {
  const auto nothing = replace(paths_);
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(*nothing, "no keeper runs: nothing to replace");
  std::ofstream{paths_.saved_sessions} << "records";
  const auto replaced = replace(paths_);
  ASSERT_TRUE(replaced.ok());
  EXPECT_EQ(*replaced, "played");
}

TEST_F(Keep, AReplacementThatFailsLeavesTheKeeperThatRuns) {
  const FakeKeeper keeper{paths_.control};
  paths_.program = "/bin/true";
  const auto replaced = replace(paths_);
  ASSERT_FALSE(replaced.ok());
  EXPECT_EQ(in_one_line(replaced.error()),
            "the keeper ended without an answer; the keeper that runs goes on; next: the same "
            "again, or leave it until the next boot");
}

TEST_F(Keep, TheEndIsTheKeepersWithTheLimitThatIsGiven) {
  const FakeKeeper keeper{paths_.control};
  ASSERT_TRUE(shut_down("1", MachineEnd::Stay, paths_).ok());
  const ControlRequest request = keeper.last();
  EXPECT_EQ(request.kind, ControlRequest::Kind::End);
  EXPECT_EQ(request.session, ControlRequest::kAll);
  EXPECT_EQ(request.limit, 1U);
  EXPECT_EQ(request.then, MachineEnd::Stay);
}

TEST_F(Keep, AnEndThatFailsIsTold) {
  {
    FakeKeeper keeper{paths_.control};
    keeper.on_request = [](const auto&) { return FakeKeeper::Answer{false, "a disk is in use"}; };
    const auto ended = shut_down("1", MachineEnd::Stay, paths_);
    ASSERT_FALSE(ended.ok());
    EXPECT_EQ(in_one_line(ended.error()), "a disk is in use; next: end the machine without it");
  }
  const auto ended = shut_down("1", MachineEnd::Stay, paths_);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(in_one_line(ended.error()), "no keeper runs; next: end the machine without it");
}

// Whether `check` holds in a process whose root is a file system of its own.
bool holds_with_own_root(const std::filesystem::path& root, bool (*check)()) {
  const pid_t child = fork();
  if (child == 0) {
    const bool apart = unshare(CLONE_NEWNS) == 0 &&
                       mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       mount("none", root.c_str(), "tmpfs", 0, nullptr) == 0 &&
                       chroot(root.c_str()) == 0 && chdir("/") == 0;
    _exit(apart && check() ? 0 : 1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

TEST_F(Keep, WithoutAKeeperTheRootStaysAsItIs) {
  EXPECT_TRUE(holds_with_own_root(root_, [] {
    const auto ended = shut_down("1", MachineEnd::PowerOff, {.control = "/control"});
    return !ended && ended.error().message == "no keeper runs" && is_root_writable();
  }));
}

TEST_F(Keep, ARefusalLeavesTheRootAsItWas) {
  EXPECT_TRUE(holds_with_own_root(root_, [] {
    FakeKeeper keeper{"/control"};
    keeper.on_request = [](const auto&) {
      return FakeKeeper::Answer{false, is_root_writable() ? "writable" : "no session is kept"};
    };
    const auto ended = shut_down("1", MachineEnd::PowerOff, {.control = "/control"});
    return !ended && ended.error().message == "no session is kept" && is_root_writable();
  }));
}

TEST_F(Keep, ARootThatWasReadOnlyStaysSo) {
  EXPECT_TRUE(holds_with_own_root(root_, [] {
    FakeKeeper keeper{"/control"};
    keeper.on_request = [](const auto&) { return FakeKeeper::Answer{false, "no"}; };
    return mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0 &&
           !shut_down("1", MachineEnd::PowerOff, {.control = "/control"}) && !is_root_writable();
  }));
}

TEST_F(Keep, OthersThanRootAreToldSo) {
  const pid_t child = fork();
  if (child == 0) {
    const bool others = setuid(65'534) == 0;
    const auto is_told = [](const Failure& failure) {
      return failure.next_step == "do it as root";
    };
    const auto replaced = replace(paths_);
    const auto ended = shut_down("1", MachineEnd::PowerOff, paths_);
    const bool all = others && !replaced && is_told(replaced.error()) && !ended &&
                     is_told(ended.error()) && is_told(start_keeper(paths_));
    _exit(all ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace isboot::app
