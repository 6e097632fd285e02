#include "app/check/disk_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/check/portal_list.h"
#include "testing/fake_clock.h"
#include "testing/fake_disk.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"

namespace isboot::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const Portal kPortal{IpAddress::v4(127, 0, 0, 1), 3260};

class DiskCheckTest : public ::testing::Test {
protected:
  DiskCheckTest() {
    (void)config_.initiator_name.assign("iqn.2026-11.org.example:initiator");
    (void)config_.target_name.assign("iqn.2026-11.org.example:disk");
  }
  CheckedDisk check(std::uint32_t lun) {
    Conversation target{disk_, clock_, hash_, entropy_, clock_.now() + 10'000};
    return check_disk(target, {kPortal, kPortal}, *Lun::from_number(lun), config_);
  }
  Outcome<PortalList> list() {
    Conversation target{disk_, clock_, hash_, entropy_, clock_.now() + 10'000};
    return list_targets(target, {kPortal}, config_);
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

TEST_F(DiskCheckTest, ListsTheTargetsOfAPortal) {
  using namespace std::string_literals;
  disk_.discovery =
      "TargetName=iqn.a\0TargetAddress=10.0.0.1:3260,1\0TargetAddress=not an address\0"s
      "TargetName=iqn.b\0"s;
  const auto listed = list();
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  EXPECT_EQ(target_lines(*listed),
            "iqn.a 10.0.0.1:3260\n"
            "iqn.a not an address (cannot be read as an address)\n"
            "iqn.b 127.0.0.1:3260\n");
  const Json rows = targets_json(*listed)["targets"];
  EXPECT_EQ(rows[std::size_t{0}]["portal_group_tag"].number(), 1U);
  EXPECT_FALSE(rows[std::size_t{1}]["usable"].boolean());
  EXPECT_TRUE(rows[std::size_t{2}]["portal_group_tag"].is_null());
  const auto only = only_target(*listed);
  ASSERT_FALSE(only.ok());
  EXPECT_EQ(only.error().next_step, "add one of these to the URL: iqn.a iqn.b");
}

TEST_F(DiskCheckTest, OneTargetWithTwoAddressesIsOne) {
  PortalList list{kPortal, {}};
  EXPECT_FALSE(only_target(list).ok());
  iscsi::DiscoveredTarget target;
  (void)target.name.assign("iqn.a");
  list.targets = {target, target};
  const auto only = only_target(list);
  ASSERT_TRUE(only.ok());
  EXPECT_EQ(only->view(), "iqn.a");
}

}  // namespace
}  // namespace isboot::app
