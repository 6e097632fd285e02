#include "platform/linux/keeper/errands.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/lun.h"
#include "tests/linux/keeper/hosts_in_sysfs.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

constexpr int kLongMs = 60'000;

// A sysfs whose "scan" of host 3 takes for ever: a FIFO that nobody reads. Host 4's is a file.
class ErrandsTest : public ::testing::Test {
protected:
  ErrandsTest() {
    char name[] = "/tmp/isboot-errands-XXXXXX";
    root_ = mkdtemp(name);
    EXPECT_TRUE(make_hosts_in_sysfs(root_));
    std::ofstream{quick()};
    auto opened = SessionFolder::open((root_ / "class").c_str());
    EXPECT_TRUE(opened);
    folder_.emplace(std::move(*opened));
  }
  ~ErrandsTest() override { remove_hosts_in_sysfs(root_); }

  fs::path slow() const { return root_ / "class/scsi_host/host3/scan"; }
  fs::path quick() const { return root_ / "class/scsi_host/host4/scan"; }
  static Errand look_for(std::uint32_t session, std::uint32_t number) {
    return {.number = number, .session = SessionId{session}};
  }
  // Those of the tests before are over, and nobody has waited for them.
  static std::string last_child() {
    std::ifstream children{"/proc/self/task/" + std::to_string(getpid()) + "/children"};
    std::string last;
    for (std::string child; children >> child;) last = child;
    return last;
  }
  static std::string first_child_of(const std::string& process) {
    std::ifstream children{"/proc/" + process + "/task/" + process + "/children"};
    std::string first;
    children >> first;
    return first;
  }
  std::optional<ErrandOver> wait() {
    pollfd ready{errands_.descriptor(), POLLIN, 0};
    (void)poll(&ready, 1, kLongMs);
    return errands_.next();
  }

  fs::path root_;
  std::optional<SessionFolder> folder_;
  ErrandProcess errands_;
};

TEST_F(ErrandsTest, OneThatBlocksKeepsNoOtherWaiting) {
  ASSERT_TRUE(errands_.start(*folder_, {}));
  ASSERT_TRUE(errands_.send(look_for(3, 1)));
  ASSERT_TRUE(errands_.send(look_for(4, 2)));
  const auto over = wait();
  ASSERT_TRUE(over);
  EXPECT_EQ(over->number, 2U);
  EXPECT_EQ(over->error, 0);
  std::string written;
  std::getline(std::ifstream{quick()}, written);
  EXPECT_EQ(written, "0 0 0");
  const UniqueFd reader{open(slow().c_str(), O_RDONLY | O_CLOEXEC)};  // now it can
  const auto late = wait();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->number, 1U);
}

TEST_F(ErrandsTest, TellsWhatSysfsSays) {
  ASSERT_TRUE(errands_.start(*folder_, {}));
  Errand remove{.kind = Errand::Kind::Remove, .number = 7};
  ASSERT_TRUE(remove.disk.assign("/dev/sdx"));
  ASSERT_TRUE(errands_.send(remove));
  const auto over = wait();
  ASSERT_TRUE(over);
  EXPECT_EQ(over->kind, Errand::Kind::Remove);
  EXPECT_EQ(over->error, ENOENT);
}

// The keeper's lock, and what its clients wait for.
TEST_F(ErrandsTest, HoldsNothingOpenOfWhoStartedIt) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read_end{ends[0]};
  UniqueFd write_end{ends[1]};
  ASSERT_TRUE(errands_.start(*folder_, {}));
  ASSERT_TRUE(errands_.send(look_for(4, 1)));
  ASSERT_TRUE(wait());  // it serves: what it closes is closed
  write_end.reset();
  pollfd hung_up{read_end.get(), 0, 0};
  EXPECT_EQ(poll(&hung_up, 1, kLongMs), 1);
}

TEST_F(ErrandsTest, ForgetsTheMemoryThatIsHiddenFromIt) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* shared = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  ASSERT_TRUE(errands_.start(*folder_, {static_cast<std::uint8_t*>(shared), page}));
  ASSERT_TRUE(errands_.send(look_for(4, 1)));
  ASSERT_TRUE(wait());
  const std::string helper = last_child();
  ASSERT_FALSE(helper.empty());
  std::array<char, 32> range{};
  (void)std::snprintf(range.data(), range.size(), "%zx-", reinterpret_cast<std::size_t>(shared));
  const auto maps = [&range](const std::string& process) {
    std::ifstream file{"/proc/" + process + "/maps"};
    for (std::string line; std::getline(file, line);)
      if (line.rfind(range.data(), 0) == 0) return true;
    return false;
  };
  EXPECT_TRUE(maps("self"));
  EXPECT_FALSE(maps(helper));
  (void)munmap(shared, page);
}

int locked_of_stack(const std::string& process) {
  std::ifstream file{"/proc/" + process + "/smaps"};
  bool in_stack = false;
  int kib = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.find('-') < line.find(':')) in_stack = line.find("[stack]") != std::string::npos;
    if (in_stack) (void)std::sscanf(line.c_str(), "Locked: %d kB", &kib);
  }
  return kib;
}

// Its stack at least would be swapped out in the months between two errands, to the disk that it is
// to free.
TEST_F(ErrandsTest, StaysInMemory) {
  (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
  const bool can_lock =
      locked_of_stack("self") > 0;  // no limit, and no sanitizer that does nothing
  (void)munlockall();
  if (!can_lock) GTEST_SKIP() << "memory cannot be locked here";
  ASSERT_TRUE(errands_.start(*folder_, {}));
  ASSERT_TRUE(errands_.send(look_for(4, 1)));
  ASSERT_TRUE(wait());
  EXPECT_GT(locked_of_stack(last_child()), 0);
}

// Only its asker can know what it was for.
TEST_F(ErrandsTest, OneThatIsKilledIsOver) {
  ASSERT_TRUE(errands_.start(*folder_, {}));
  ASSERT_TRUE(errands_.send(look_for(3, 1)));
  ASSERT_TRUE(errands_.send(look_for(4, 2)));
  const auto other = wait();  // they are begun in this order
  ASSERT_TRUE(other);
  EXPECT_EQ(other->number, 2U);
  const std::string helper = last_child();
  ASSERT_FALSE(helper.empty());
  const std::string blocked = first_child_of(helper);
  ASSERT_FALSE(blocked.empty());
  ASSERT_EQ(kill(std::stoi(blocked), SIGKILL), 0);
  const auto over = wait();
  ASSERT_TRUE(over);
  EXPECT_EQ(over->number, 1U);
  EXPECT_EQ(over->kind, Errand::Kind::LookFor);
  EXPECT_EQ(over->error, kErrandKilled);
  ASSERT_TRUE(errands_.send(look_for(4, 3)));  // it serves as before
  const auto next = wait();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->number, 3U);
}

TEST_F(ErrandsTest, IsMissedWhenItIsGone) {
  ASSERT_TRUE(errands_.start(*folder_, {}));
  EXPECT_FALSE(errands_.next());
  EXPECT_FALSE(errands_.is_gone());
  const std::string helper = last_child();
  ASSERT_FALSE(helper.empty());
  ASSERT_EQ(kill(std::stoi(helper), SIGKILL), 0);
  EXPECT_FALSE(wait());
  EXPECT_TRUE(errands_.is_gone());
  ASSERT_TRUE(errands_.start(*folder_, {}));  // another can be had
  EXPECT_FALSE(errands_.is_gone());
}

}  // namespace
}  // namespace isboot::linux_platform
