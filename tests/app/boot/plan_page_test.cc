#include "app/boot/plan_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_log.h"
#include "testing/fixture.h"

namespace isboot::app {
namespace {

using ::testing::HasSubstr;

class PlanPageTest : public ::testing::Test {
protected:
  // Of a table in a file: its path is a choice of isboot.table=.
  void plan(const std::string& fixture) {
    ASSERT_TRUE(parameters_.table.assign(ISBOOT_FIXTURES "/" + fixture));
    auto planned = plan_boot(parameters_, log_);
    ASSERT_TRUE(planned.ok()) << planned.error().message;
    planned_ = std::move(*planned);
    ASSERT_NE(planned_, nullptr);
  }

  boot::Parameters parameters_;
  isboot::testing::FakeLog log_;
  std::unique_ptr<PlannedBoot> planned_;
};

TEST_F(PlanPageTest, SaysTheSameToPeopleAndToScripts) {
  plan("ibft/ipxe-bios-virtio-none.bin");
  const Json json = plan_json(*planned_, parameters_);
  const Json& path = json["paths"][std::size_t{0}];
  EXPECT_EQ(path["step"].number(), 1U);
  const std::string page = plan_page(json);
  EXPECT_THAT(page, HasSubstr("path 1     target0 through nic0\n"));
  EXPECT_THAT(page, HasSubstr("  target         " + path["portal"].text() + " " +
                              path["target"].text() + "\n"));
  EXPECT_THAT(page, HasSubstr("s until the disk is there; I/O waits for ever for a lost target\n"));
}

TEST_F(PlanPageTest, SaysWhatIsOffAndLimited) {
  parameters_.off = true;
  parameters_.recovery = 90;
  plan("ibft/ipxe-bios-virtio-none.bin");
  const std::string page = plan_page(plan_json(*planned_, parameters_));
  EXPECT_THAT(page, HasSubstr("off        isboot=off"));
  EXPECT_THAT(page, HasSubstr("I/O waits 90 s for a lost target"));
}

TEST_F(PlanPageTest, AFileThatIsNotThereIsAFailureAndNoMissingTable) {
  ASSERT_TRUE(parameters_.table.assign("/no/such/file"));
  const auto planned = plan_boot(parameters_, log_);
  ASSERT_FALSE(planned.ok());
  EXPECT_THAT(planned.error().message, HasSubstr("/no/such/file"));
}

}  // namespace
}  // namespace isboot::app
