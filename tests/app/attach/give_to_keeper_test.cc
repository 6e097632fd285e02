#include "app/attach/give_to_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "testing/fake_clock.h"
#include "tests/app/keeper/fake_keeper.h"
#include "tests/app/keeper/played_keeper.h"
#include "tests/linux/keeper/fake_keeping.h"

namespace isboot::app {
namespace {

using linux_platform::FakeKeeping;
using test::FakeKeeper;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GiveToKeeper : public test::PlayedKeeper {
protected:
  GiveToKeeper() {
    made_.session = SessionId{3};
    std::filesystem::create_directories(device_);
  }
  Outcome<> give(FakeKeeping& kernel) {
    return give_to_keeper(made_, {}, kernel, clock_,
                          {.client = paths_, .classes = root_ / "class", .until_unbound = 1'000});
  }

  boot::BootSession made_;
  isboot::testing::FakeClock clock_;
  const std::filesystem::path device_ = root_ / "class/iscsi_session/session3/device";
};

TEST_F(GiveToKeeper, LeavesASessionThatTheKeeperTakesAlone) {
  const FakeKeeper keeper{paths_.control};
  FakeKeeping kernel;
  EXPECT_TRUE(give(kernel));
  EXPECT_THAT(kernel.calls, IsEmpty());
}

TEST_F(GiveToKeeper, TakesBackWhatTheKeeperRefuses) {
  FakeKeeper keeper{paths_.control};
  keeper.on_request = [](const auto&) {
    return FakeKeeper::Answer{false, "the machine is about to end, as was asked for"};
  };
  FakeKeeping kernel;
  const auto given = give(kernel);
  ASSERT_FALSE(given);
  EXPECT_EQ(given.error().message,
            "the keeper refuses the session: the machine is about to end, as was asked for; the "
            "disk was taken back");
  EXPECT_THAT(kernel.calls, ElementsAre("unbind", "destroy"));
}

TEST_F(GiveToKeeper, WaitsForTheDiskToGoButNotForEver) {
  FakeKeeper keeper{paths_.control};
  keeper.on_request = [](const auto&) { return std::nullopt; };
  std::filesystem::create_directories(device_ / "target2:0:0");
  FakeKeeping kernel;
  const Millis begun = clock_.now();
  EXPECT_FALSE(give(kernel));
  EXPECT_GE(clock_.now() - begun, 1'000U);
  EXPECT_THAT(kernel.calls, ElementsAre("unbind", "destroy"));
}

}  // namespace
}  // namespace isboot::app
