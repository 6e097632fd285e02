#include "platform/linux/keeper/spared.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "platform/linux/keeper/errands.h"
#include "platform/linux/keeper/guard.h"
#include "platform/linux/keeper/independence.h"
#include "testing/fake_clock.h"
#include "testing/fake_log.h"
#include "tests/linux/keeper/hosts_in_sysfs.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

constexpr int kLongMs = 60'000;
constexpr const char* kKillall = "/sbin/killall5";  // of Debian's sysvinit-utils

class SparedTest : public ::testing::Test {
protected:
  SparedTest() {
    char name[] = "/tmp/isboot-spared-XXXXXX";
    root_ = mkdtemp(name);
    folder_ = root_ / "sendsigs.omit.d";
  }
  ~SparedTest() override { remove_hosts_in_sysfs(root_); }
  std::string content(const char* name = "isboot") const {
    std::ifstream file{folder_ / name};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  fs::path root_, folder_;
};

TEST_F(SparedTest, NamesTheProcessesOfTheLastKeeper) {
  const pid_t first[] = {10, 200, 3000};
  spare(first, folder_.c_str());
  EXPECT_FALSE(fs::exists(folder_)) << "only who may makes it";
  make_spared_folder(folder_.c_str());
  spare(first, folder_.c_str());
  EXPECT_EQ(content(), "10\n200\n3000\n");
  const pid_t next[] = {10, 7, 8};
  spare(next, folder_.c_str());
  EXPECT_EQ(content(), "10\n7\n8\n");
}

TEST_F(SparedTest, NamesTheGuardThatTookTheOthersPlace) {
  const pid_t ours[] = {10, 200, 3000};
  make_spared_folder(folder_.c_str());
  spare(ours, folder_.c_str());
  spare_in_place_of(11, 12, folder_.c_str());
  EXPECT_EQ(content(), "10\n200\n3000\n") << "that is another's";
  spare_in_place_of(10, 12, folder_.c_str());
  EXPECT_EQ(content(), "12\n200\n3000\n");
}

TEST_F(SparedTest, NamesTheHeirsOfTwoKeepersInAFileEach) {
  make_spared_folder(folder_.c_str());
  spare_heir(10, 11, folder_.c_str());
  spare_heir(20, 21, folder_.c_str());
  spare_heir(10, 12, folder_.c_str());
  EXPECT_EQ(content("isboot-heir-10"), "12\n");
  spare_heir_no_more(20, folder_.c_str());
  EXPECT_EQ(content("isboot-heir-10"), "12\n");
  spare_heir_no_more(10, folder_.c_str());
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SparedTest, LeavesTheNamesOfTheKeeperThatTookOver) {
  const pid_t its[] = {105, 200, 300};
  make_spared_folder(folder_.c_str());
  spare(its, folder_.c_str());
  spare_no_more(10, folder_.c_str());
  EXPECT_EQ(content(), "105\n200\n300\n");
  spare_no_more(105, folder_.c_str());
  EXPECT_FALSE(fs::exists(folder_ / "isboot"));
  spare_no_more(105, folder_.c_str());
}

// The end of a machine by sysvinit, for guard, keeper and errands alone: in their own namespace of
// processes, whose first one ends it.
class EndBySignals : public SparedTest {
protected:
  void SetUp() override {
    if (geteuid() != 0 || access(kKillall, X_OK) != 0)
      GTEST_SKIP() << "needs root for namespaces, and killall5";
  }

  // What became of the three; empty: they live.
  std::string end_of_machine() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd said{ends[0]};
    const pid_t outside = fork();
    if (outside == 0) {
      // kill(-1, …) of killall5 reaches what is in the namespace, and nothing else.
      if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) _exit(1);
      const pid_t init = fork();
      if (init == 0) {
        const std::string words = getpid() == 1 ? in_the_namespace() : "no namespace";
        _exit(write(ends[1], words.data(), words.size()) < 0 ? 1 : 0);
      }
      int status = 0;
      _exit(waitpid(init, &status, 0) == init && status == 0 ? 0 : 1);
    }
    (void)close(ends[1]);
    int status = 0;
    EXPECT_EQ(waitpid(outside, &status, 0), outside);
    EXPECT_EQ(status, 0);
    char buffer[256];
    const ssize_t size = read(said.get(), buffer, sizeof buffer);
    return {buffer, static_cast<std::size_t>(size < 0 ? 0 : size)};
  }

private:
  class Keeps final : public GuardedWork {
  public:
    Keeps(const EndBySignals& test, int started) : test_{test}, started_{started} {}
    std::optional<int> run(const Start&) override {
      testing::FakeLog log;
      auto folder = SessionFolder::open((test_.root_ / "class").c_str());
      ErrandProcess errands;
      if (!folder || !errands.start(*folder, {})) return 1;
      const pid_t ours[] = {getppid(), getpid(), errands.process()};
      if (!become_independent(log)) return 1;
      spare(ours, test_.folder_.c_str());
      (void)!write(started_, ours, sizeof ours);
      for (;;) (void)poll(nullptr, 0, -1);
    }
    void heir_is(pid_t heir) override {
      spare_heir(1, heir, test_.folder_.c_str());
      (void)!write(started_, &heir, sizeof heir);
    }
    void take_the_place_of(pid_t) override { _exit(1); }
    void finish(int) override {}

  private:
    const EndBySignals& test_;
    int started_;
  };

  std::string in_the_namespace() {
    (void)mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    (void)mount("none", "/sys/fs/cgroup", "tmpfs", 0, nullptr);  // the test stays where it is
    if (mount("proc", "/proc", "proc", 0, nullptr) != 0) return "no /proc";
    (void)make_hosts_in_sysfs(root_);
    make_spared_folder(folder_.c_str());
    int started[2];
    (void)!pipe2(started, O_CLOEXEC);
    if (fork() == 0) {
      (void)setsid();  // killall5 spares its own session
      testing::FakeLog log;
      testing::FakeClock clock;
      stand_apart(log);
      Keeps work{*this, started[1]};
      _exit(guard(work, {}, clock, log));
    }
    const pid_t bystander = one_that_is_not_spared();
    std::vector<pid_t> ours(4);  // guard, keeper, errands and heir, as they say it
    for (std::size_t known = 0; known < ours.size();) {
      pollfd waited{started[0], POLLIN, 0};
      if (poll(&waited, 1, kLongMs) != 1) return "they did not start";
      const ssize_t size = read(started[0], &ours[known], (ours.size() - known) * sizeof(pid_t));
      if (size <= 0) return "they did not start";
      known += static_cast<std::size_t>(size) / sizeof(pid_t);
    }
    killall({"-15"});
    std::string found = has_ended(bystander) ? "" : "SIGTERM was not sent; ";
    found += lost(ours, "SIGTERM");
    std::vector<std::string> omitted = {"-9"};
    for (const auto& entry : fs::directory_iterator{folder_}) {  // as sendsigs takes them
      std::ifstream file{entry.path()};
      for (std::string process; file >> process;) {
        omitted.emplace_back("-o");
        omitted.push_back(process);
      }
    }
    const pid_t another = one_that_is_not_spared();
    killall(omitted);
    if (!has_ended(another)) found += "SIGKILL was not sent; ";
    return found + lost(ours, "SIGKILL");
  }

  // In a session of its own when this returns: killall5 spares the one that it is in.
  static pid_t one_that_is_not_spared() {
    int ends[2];
    (void)!pipe2(ends, O_CLOEXEC);
    const UniqueFd says{ends[1]};
    const UniqueFd hears{ends[0]};
    const pid_t made = fork();
    if (made == 0) {
      (void)setsid();
      (void)!write(says.get(), "", 1);
      for (;;) (void)poll(nullptr, 0, -1);
    }
    char byte = 0;
    (void)!read(hears.get(), &byte, 1);
    return made;
  }
  static bool has_ended(pid_t process) {
    for (int waited = 0; waited < kLongMs; waited += 10) {
      if (waitpid(process, nullptr, WNOHANG) == process) return true;
      (void)poll(nullptr, 0, 10);
    }
    return false;
  }

  static void killall(std::vector<std::string> words) {
    const pid_t child = fork();
    if (child == 0) {
      std::vector<char*> arguments = {const_cast<char*>(kKillall)};
      for (std::string& word : words) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      (void)execv(kKillall, arguments.data());
      _exit(127);
    }
    int status = 0;
    (void)waitpid(child, &status, 0);
    if (status != 0) _exit(2);
  }

  // Those that were started, and no others in their place.
  static std::string lost(const std::vector<pid_t>& ours, const char* signal) {
    std::string found;
    for (const pid_t process : ours) {
      std::ifstream stat{"/proc/" + std::to_string(process) + "/stat"};
      std::string number, name, state = "gone";
      stat >> number >> name >> state;
      if (state == "gone" || state == "Z" || state == "X") found += name + " by " + signal + "; ";
    }
    return found;
  }
};

TEST_F(EndBySignals, LeavesGuardHeirKeeperAndErrands) { EXPECT_EQ(end_of_machine(), ""); }

}  // namespace
}  // namespace isboot::linux_platform
