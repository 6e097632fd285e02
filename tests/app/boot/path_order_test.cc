#include "app/boot/path_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

constexpr Millis kStart = 1'000;  // FakeClock's
constexpr Millis kGiveUp = kStart + 12'000;

// Says in the log what it is told to do, so that it is seen from a path's process too.
class Paths final : public PlannedPaths {
public:
  Paths(testing::FakeClock& clock, std::size_t good) : clock_{clock}, good_{good} {}

  void set_limit(Millis give_up) override { give_up_ = give_up; }
  std::string bring_up(std::size_t path, Log& log) override {
    log.write(LogLevel::Info, "until " + std::to_string(give_up_ - kStart));
    if (path != good_) clock_.sleep_until(give_up_);
    return path == good_ ? "/dev/sda" : "";
  }
  bool may_come_later(std::size_t path) override { return path == late; }
  void before_leaving(Log&) override {}
  void leave(std::size_t, Log& log) override { log.write(LogLevel::Info, "left"); }
  void take_back(std::size_t, Log& log) override { log.write(LogLevel::Info, "taken back"); }

  std::size_t late = SIZE_MAX;

private:
  testing::FakeClock& clock_;
  std::size_t good_;
  Millis give_up_ = 0;
};

struct Order {
  const char* name;
  const char* selected;  // per path: 's' selected by firmware, '-' a guess
  std::size_t good;      // the path with the disk
  std::size_t count;     // that may be tried
  const char* disk;
  std::vector<std::string> said;
};

const Order kOrders[] = {
    {"the first alone", "s--", 0, 3, "/dev/sda", {"until 4000", "left"}},
    {"one after the other",
     "s--",
     2,
     3,
     "/dev/sda",
     {"until 4000", "until 8000", "until 12000", "left"}},
    {"no disk", "--", 9, 2, "", {"until 6000", "until 12000"}},
    {"no more than may be tried", "s--", 2, 1, "", {"until 12000"}},
    // Two thirds for two paths. What a path's process does to this clock stays there.
    {"a guess after the selected",
     "ss-",
     2,
     3,
     "/dev/sda",
     {"path 1: until 8000", "path 2: until 8000", "until 12000", "left"}},
    {"none after a selected one with a disk", "s-", 0, 2, "/dev/sda", {"until 6000", "left"}},
};

TEST(PathOrder, GivesEachStepItsShareOfTheTime) {
  for (const Order& order : kOrders) {
    SCOPED_TRACE(order.name);
    boot::Plan plan;
    for (const char* mark = order.selected; *mark != '\0'; ++mark) {
      boot::Path path;
      path.boot_selected = *mark == 's';
      plan.push(path);
    }
    testing::FakeClock clock;
    testing::FakeLog log;
    Paths paths{clock, order.good};
    EXPECT_EQ(first_disk(paths, plan, order.count, kGiveUp, clock, log), order.disk);
    // Only root's processes have a root of their own.
    std::erase_if(log.lines, [](const std::string& line) {
      return line.find("no mount namespace can be had") != std::string::npos;
    });
    // Which process of a race is first is nobody's to say.
    EXPECT_THAT(log.lines, ::testing::UnorderedElementsAreArray(order.said));
  }
}

TEST(PathOrder, TakesBackWhatOnlyComesLaterBeforeItTriesTheNext) {
  boot::Plan plan;
  plan.push({});
  plan.push({});
  testing::FakeClock clock;
  testing::FakeLog log;
  Paths paths{clock, 1};
  paths.late = 0;
  EXPECT_EQ(first_disk(paths, plan, 2, kGiveUp, clock, log), "/dev/sda");
  EXPECT_THAT(log.lines, ::testing::ElementsAre("until 6000", "taken back", "until 12000", "left"));
}

}  // namespace
}  // namespace isboot::app
