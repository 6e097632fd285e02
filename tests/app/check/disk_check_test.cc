#include "app/check/disk_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/fake_disk.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"

namespace isboot::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const Portal kTargetPortal{IpAddress::v4(127, 0, 0, 1), 3260};

class DiskCheckTest : public ::testing::Test {
protected:
  DiskCheckTest() {
    (void)config_.initiator_name.assign("iqn.2026-11.org.example:initiator");
    (void)config_.target_name.assign("iqn.2026-11.org.example:disk");
  }
  CheckedDisk check(std::uint32_t lun) {
    Conversation target{disk_, clock_, hash_, entropy_, clock_.now() + 10'000};
    return check_disk(target, {kTargetPortal, kTargetPortal}, *Lun::from_number(lun), config_);
  }

  isboot::testing::FakeClock clock_;
  isboot::testing::FakeHash hash_;
  isboot::testing::FakeEntropy entropy_;
  isboot::testing::FakeDisk disk_;
  iscsi::LoginConfig config_;
};

TEST_F(DiskCheckTest, TellsADiskToPeopleAndToScripts) {
  const CheckedDisk checked = check(1);
  ASSERT_FALSE(checked.failure) << checked.failure->message;
  const std::string lines = checked_lines(checked);
  EXPECT_THAT(lines, StartsWith("target         iqn.2026-11.org.example:disk at 127.0.0.1:3260\n"));
  EXPECT_THAT(lines, HasSubstr("size           32 blocks of 512 bytes, 0 MiB\n"));
  const Json json = checked_json(checked);
  EXPECT_EQ(json["portal"].text(), "127.0.0.1:3260");
  EXPECT_EQ(json["login"]["authentication"].text(), "none");
  EXPECT_EQ(json["disk"]["blocks"].number(), 32U);
  EXPECT_TRUE(json["error"].is_null());
}

TEST_F(DiskCheckTest, AMissingLunKeepsWhatTheLoginFound) {
  const CheckedDisk checked = check(7);
  ASSERT_TRUE(checked.failure);
  EXPECT_TRUE(checked.logged_in);
  EXPECT_THAT(failure_of(checked).message,
              StartsWith("iqn.2026-11.org.example:disk at 127.0.0.1:3260: "));
  const Json json = checked_json(checked);
  EXPECT_FALSE(json["login"].is_null());
  EXPECT_TRUE(json["disk"].is_null());
  EXPECT_FALSE(json["next_step"].text().empty());
}

TEST_F(DiskCheckTest, ATargetThatIsAwayIsNamedOnce) {
  disk_.listens = false;
  const CheckedDisk checked = check(1);
  ASSERT_TRUE(checked.failure);
  EXPECT_FALSE(checked.logged_in);
  EXPECT_EQ(failure_of(checked).message, checked.failure->message);
  EXPECT_TRUE(checked_json(checked)["login"].is_null());
}

}  // namespace
}  // namespace isboot::app
