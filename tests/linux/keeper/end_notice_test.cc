#include "platform/linux/keeper/end_notice.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace isboot::linux_platform {
namespace {

class EndNoticeTest : public ::testing::Test {
protected:
  EndNoticeTest() {
    char name[] = "/tmp/isboot-end-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~EndNoticeTest() override { std::filesystem::remove_all(folder_); }

  // As systemd opens what ListenFIFO= names.
  UniqueFd systemd(const char* way) const {
    return UniqueFd{
        open((folder_ + "/" + way).c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)};
  }
  static bool is_told(const EndNotice& notice, std::size_t way) {
    pollfd polled{notice.descriptor(way), 0, 0};
    return poll(&polled, 1, 0) == 1 && (polled.revents & POLLHUP) != 0;
  }

  std::string folder_;
};

TEST_F(EndNoticeTest, SaysNothingBeforeSomebodyHoldsTheFifosAndWhileTheyAreHeld) {
  const auto notice = EndNotice::open(folder_.c_str());
  ASSERT_TRUE(notice);
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way) {
    EXPECT_FALSE(is_told(*notice, way));
    const UniqueFd held = systemd(EndNotice::kWays[way]);
    ASSERT_TRUE(held);
    EXPECT_FALSE(is_told(*notice, way));
  }
}

TEST_F(EndNoticeTest, TellsOnceWhichFifoWasLetGo) {
  constexpr MachineEnd kExpected[] = {MachineEnd::PowerOff, MachineEnd::Reboot, MachineEnd::Halt,
                                      MachineEnd::Kexec};
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way) {
    auto notice = EndNotice::open(folder_.c_str());
    ASSERT_TRUE(notice);
    UniqueFd held = systemd(EndNotice::kWays[way]);
    held.reset();
    for (std::size_t other = 0; other < EndNotice::kWays.size(); ++other)
      EXPECT_EQ(is_told(*notice, other), other == way);
    EXPECT_EQ(notice->take(way), kExpected[way]);
    EXPECT_TRUE(notice->is_taken(way));
    EXPECT_FALSE(is_told(*notice, way)) << "once";
  }
}

TEST_F(EndNoticeTest, IsOpenedAnewWhileSystemdHoldsTheFifos) {
  ASSERT_TRUE(EndNotice::open(folder_.c_str()));
  UniqueFd held = systemd("reboot");
  const auto notice = EndNotice::open(folder_.c_str());
  ASSERT_TRUE(notice);
  EXPECT_FALSE(is_told(*notice, 1));
  held.reset();
  EXPECT_TRUE(is_told(*notice, 1));
}

TEST_F(EndNoticeTest, SeesThatSystemdHoldsAWayAgainAndTellsAnew) {
  auto notice = EndNotice::open(folder_.c_str());
  ASSERT_TRUE(notice);
  UniqueFd held = systemd("reboot");
  held.reset();
  EXPECT_EQ(notice->take(1), MachineEnd::Reboot);
  EXPECT_EQ(notice->taken_back(), MachineEnd::Stay) << "nobody holds it";
  held = systemd("reboot");
  EXPECT_EQ(notice->taken_back(), MachineEnd::Reboot);
  EXPECT_EQ(notice->taken_back(), MachineEnd::Stay) << "said once";
  EXPECT_FALSE(is_told(*notice, 1));
  held.reset();
  EXPECT_TRUE(is_told(*notice, 1));
}

// A keeper sleeps while nothing happens: the end was cancelled, and the next one comes days later.
TEST_F(EndNoticeTest, TellsAnewAlthoughNobodyLookedWhileSystemdHeldTheWayAgain) {
  auto notice = EndNotice::open(folder_.c_str());
  ASSERT_TRUE(notice);
  UniqueFd held = systemd("reboot");
  held.reset();
  (void)notice->take(1);
  held = systemd("reboot");
  EXPECT_FALSE(is_told(*notice, 1));
  held.reset();
  EXPECT_TRUE(is_told(*notice, 1));
  EXPECT_TRUE(notice->is_taken(1)) << "so it was held again";
}

TEST_F(EndNoticeTest, FindsAWayThatSystemdHadLetGoOfBefore) {
  auto notice = EndNotice::open(folder_.c_str());
  ASSERT_TRUE(notice);
  EXPECT_TRUE(notice->was_not_held(1));
  UniqueFd held = systemd("reboot");
  EXPECT_FALSE(notice->was_not_held(1));
  held.reset();
  EXPECT_FALSE(notice->was_not_held(1)) << "that is a notice";
  const auto later = EndNotice::open(folder_.c_str());
  ASSERT_TRUE(later);
  EXPECT_TRUE(later->was_not_held(1));
}

// systemd takes a FIFO that is there only when its rights are those of SocketMode=.
TEST_F(EndNoticeTest, MakesFifosForRootAlone) {
  ASSERT_TRUE(EndNotice::open(folder_.c_str()));
  for (const char* way : EndNotice::kWays) {
    struct stat status {};
    ASSERT_EQ(stat((folder_ + "/" + way).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFIFO | 0600));
  }
}

// As systemd watches the file of a way: PathChanged= of systemd.path(5).
TEST_F(EndNoticeTest, AsksForEachWayWhoseNoticeWasTaken) {
  auto notice = EndNotice::open(folder_.c_str());
  ASSERT_TRUE(notice);
  const UniqueFd seen{inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  const auto watch = [&](std::size_t way) {
    return inotify_add_watch(seen.get(), (folder_ + "/" + EndNotice::kQuestions[way]).c_str(),
                             IN_CLOSE_WRITE);
  };
  ASSERT_GE(watch(0), 0) << "is there before it is asked";
  const int reboot = watch(1);
  ASSERT_GE(reboot, 0);
  UniqueFd held = systemd("reboot");
  held.reset();
  (void)notice->take(1);
  notice->ask();
  inotify_event events[2]{};
  ASSERT_EQ(read(seen.get(), events, sizeof events), static_cast<ssize_t>(sizeof(inotify_event)));
  EXPECT_EQ(events[0].wd, reboot);
}

TEST_F(EndNoticeTest, NeedsItsFolder) {
  EXPECT_FALSE(EndNotice::open((folder_ + "/missing").c_str()));
}

}  // namespace
}  // namespace isboot::linux_platform
