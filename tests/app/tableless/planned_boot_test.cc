#include "app/tableless/planned_boot.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "testing/fake_log.h"

namespace isboot::app {
namespace {

class PlannedBootTest : public ::testing::Test {
protected:
  ~PlannedBootTest() override { std::filesystem::remove(file_); }

  Outcome<std::unique_ptr<PlannedBoot>> plan(const std::string& table) {
    EXPECT_TRUE(parameters_.table.assign(table));
    return plan_boot(parameters_, log_);
  }

  const std::string file_ =
      ::testing::TempDir() + "isboot-planned-" + std::to_string(getpid()) + ".bin";
  boot::Parameters parameters_;
  isboot::testing::FakeLog log_;
};

constexpr const char* kTable = ISBOOT_FIXTURES "/ibft/ipxe-uefi-virtio-nochap.bin";

TEST_F(PlannedBootTest, HoldsTheTableAndWhatABootMakesOfIt) {
  const auto planned = plan(kTable);
  ASSERT_TRUE(planned.ok()) << planned.error().message;
  ASSERT_NE(*planned, nullptr);
  const PlannedBoot& boot = **planned;
  EXPECT_EQ(boot.found.source, std::string{"file:"} + kTable);
  EXPECT_EQ(boot.table.oem_id, "FENSYS");
  ASSERT_EQ(boot.plan.count, 1U);
  EXPECT_EQ(boot.plan[0].login.target_name, boot.table.targets[0].name);
  EXPECT_EQ(boot.left_out.count, 0U);
}

TEST_F(PlannedBootTest, IsNothingWithoutATable) {
  const auto planned = plan("acpi:9");
  ASSERT_TRUE(planned.ok());
  EXPECT_EQ(*planned, nullptr);
}

TEST_F(PlannedBootTest, NamesATableThatCannotBeRead) {
  std::ofstream{file_} << std::string(linux_platform::kMaxTableFile + 1, 'x');
  const auto planned = plan(file_);
  ASSERT_FALSE(planned.ok());
  EXPECT_EQ(planned.error().message.find("the iBFT " + file_ + ": "), 0U)
      << planned.error().message;
  EXPECT_EQ(planned.error().next_step, "check isboot.table=");
}

TEST_F(PlannedBootTest, NamesATableThatIsNone) {
  std::ofstream{file_} << std::string(100, 'x');
  const auto planned = plan(file_);
  ASSERT_FALSE(planned.ok());
  EXPECT_NE(planned.error().message.find(file_), std::string::npos) << planned.error().message;
  EXPECT_EQ(planned.error().next_step, "`isboot ibft check` names each fault of the table");
}

// A table that is read, of which no path can be made.
TEST_F(PlannedBootTest, NamesWhatKeepsATableFromAPlan) {
  ASSERT_TRUE(parameters_.url.assign("iscsi:10.0.2.2:udp::1:iqn.2026-11.org.example:disk"));
  const auto planned = plan(kTable);
  ASSERT_FALSE(planned.ok());
  EXPECT_NE(planned.error().message.find("isboot.url"), std::string::npos)
      << planned.error().message;
}

}  // namespace
}  // namespace isboot::app
