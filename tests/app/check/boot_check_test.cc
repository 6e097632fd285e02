#include "app/check/boot_check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/table/build_table.h"
#include "testing/fake_log.h"
#include "tests/app/check/loopback_disk.h"

namespace isboot::app {
namespace {

using test::LoopbackDisk;

TEST(CheckUrl, SaysWhereItIsWrongButNoSecret) {
  const boot::Parameters parameters;
  const auto wrong = check_url("iscsi:10.0.2.2:udp::0:iqn.a", {}, parameters);
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("iscsi:10.0.2.2:udp::0:iqn.a, offset "), std::string::npos);
  EXPECT_EQ(wrong.error().next_step, "use iscsi:ADDRESS::PORT:LUN:TARGET");
  const auto secret = check_url("iscsi://user%hidden@10.0.2.2/iqn.a/x", {}, parameters);
  ASSERT_FALSE(secret.ok());
  EXPECT_EQ(in_one_line(secret.error()).find("hidden"), std::string::npos);
}

TEST(CheckUrl, NamesALinkOrAFileThatIsNotThere) {
  const boot::Parameters parameters;
  const auto link = check_url("iscsi:[fe80::1%no-such-link]:::1:iqn.a", {}, parameters);
  ASSERT_FALSE(link.ok());
  EXPECT_EQ(link.error().message, "there is no link no-such-link");
  const auto file = check_url("iscsi:127.0.0.1:::1:iqn.a", "/no/such/file", parameters);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message.find("/no/such/file"), std::string::npos);
}

class BootCheckTest : public ::testing::Test {
protected:
  BootCheckTest() {
    char name[] = "/tmp/isboot-boot-check-XXXXXX";
    folder_ = mkdtemp(name);
    EXPECT_TRUE(parameters_.initiator.assign("iqn.2026-11.org.example:initiator"));
  }
  ~BootCheckTest() override { std::filesystem::remove_all(folder_); }

  std::string url(const std::string& target, unsigned lun = 1) const {
    return "iscsi:127.0.0.1::" + std::to_string(disk_.port()) + ":" + std::to_string(lun) + ":" +
           target;
  }
  static std::string nic(const std::string& address = "10.0.2.15") {
    return R"({"valid": true, "boot_selected": true, "mac": "52:54:00:00:00:01", "address": ")" +
           address + R"(", "prefix": 24})";
  }
  std::string target(unsigned lun = 1) const {
    return R"({"valid": true, "boot_selected": true, "address": "127.0.0.1", "port": )" +
           std::to_string(disk_.port()) + R"(, "lun_number": )" + std::to_string(lun) +
           R"(, "name": "iqn.2026-11.org.example:disk"})";
  }
  // As check_table(), of a table with these NICs and targets.
  Outcome<std::optional<std::vector<CheckedDisk>>> check(const std::string& nics,
                                                         const std::string& targets) {
    const std::string spec = folder_ / "spec.json";
    const std::string table = folder_ / "table.bin";
    std::ofstream{spec} << R"({"control": {}, "initiator": {"valid": true, "boot_selected": true,
               "name": "iqn.2026-11.org.example:initiator"}, "nics": [)"
                        << nics << R"(], "targets": [)" << targets << "]}";
    const auto built = build_table(spec, ibft::Layout::Ipxe);
    EXPECT_TRUE(built.ok());
    std::ofstream{table, std::ios::binary} << as_text(built->bytes());
    EXPECT_TRUE(parameters_.table.assign(table));
    return check_table(parameters_, log_);
  }

  std::filesystem::path folder_;
  LoopbackDisk disk_;
  boot::Parameters parameters_;
  isboot::testing::FakeLog log_;
};

TEST_F(BootCheckTest, AUrlNamesTheDisk) {
  const auto checked = check_url(url("iqn.2026-11.org.example:disk"), {}, parameters_);
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  EXPECT_FALSE(checked->failure) << checked->failure->message;
  EXPECT_TRUE(checked->logged_in);
  EXPECT_EQ(checked->disk.blocks, 32U);
}

TEST_F(BootCheckTest, AUrlWithoutATargetNamesTheOnlyOne) {
  using namespace std::string_literals;
  disk_.disk.discovery = "TargetName=iqn.2026-11.org.example:disk\0"s;
  const auto checked = check_url(url(""), {}, parameters_);
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  EXPECT_EQ(checked->target, "iqn.2026-11.org.example:disk");
  EXPECT_FALSE(checked->failure) << checked->failure->message;
}

TEST_F(BootCheckTest, AUrlWithoutATargetNamesNoneOfSeveral) {
  using namespace std::string_literals;
  disk_.disk.discovery = "TargetName=iqn.a\0TargetName=iqn.b\0"s;
  const auto checked = check_url(url(""), {}, parameters_);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().next_step, "add one of these to the URL: iqn.a iqn.b");
}

TEST_F(BootCheckTest, ATableWithEveryPathOfIt) {
  const auto checked = check(nic(), target() + "," + target(7));
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  ASSERT_TRUE(*checked);
  ASSERT_EQ((*checked)->size(), 2U);
  const CheckedDisk& there = (**checked)[0];
  EXPECT_FALSE(there.failure) << there.failure->message;
  EXPECT_EQ(there.disk.blocks, 32U);
  const CheckedDisk& missing = (**checked)[1];
  ASSERT_TRUE(missing.failure);
  EXPECT_EQ(missing.failure->message, "the target has no LUN 7");
}

TEST_F(BootCheckTest, OnlyTheFirstPathWhereABootTriesNoOther) {
  parameters_.all_paths = false;
  const auto checked = check(nic(), target() + "," + target(7));
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  ASSERT_EQ((*checked)->size(), 1U);
}

// The boot would fail there, whatever the target says.
TEST_F(BootCheckTest, ANicThatCannotBeSetUpIsTheFailureOfItsPath) {
  const auto checked = check(nic("224.0.0.1"), target());
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  ASSERT_EQ((*checked)->size(), 1U);
  const CheckedDisk& first = (**checked)[0];
  ASSERT_TRUE(first.failure);
  EXPECT_EQ(first.failure->message.find("the NIC of target0 cannot be set up: "), 0U)
      << first.failure->message;
  EXPECT_EQ(first.failure->next_step, "check the addresses in the firmware's settings");
  EXPECT_EQ(first.portal, "127.0.0.1:" + std::to_string(disk_.port()));
  EXPECT_EQ(first.target, "iqn.2026-11.org.example:disk");
}

// No route leads to it: the table's NIC does.
TEST_F(BootCheckTest, ALinkLocalTargetNeedsTheNicOfTheTable) {
  const auto checked =
      check(R"({"valid": true, "boot_selected": true, "mac": "52:54:00:00:00:01",
                "address": "fe80::2", "prefix": 64})",
            R"({"valid": true, "boot_selected": true, "address": "fe80::1", "port": 3260,
                "name": "iqn.2026-11.org.example:disk"})");
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  const CheckedDisk& first = (**checked)[0];
  ASSERT_TRUE(first.failure);
  EXPECT_EQ(first.failure->message, "the NIC of target0, 52:54:00:00:00:01: no such NIC");
  EXPECT_EQ(first.failure->next_step, "check the MAC address in the firmware's settings");
}

TEST_F(BootCheckTest, SaysWhichTargetIsLeftOut) {
  const auto checked =
      check(nic(), target() + R"(,{"valid": true, "boot_selected": true, "name": "iqn.b"})");
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  EXPECT_EQ((*checked)->size(), 1U);
  EXPECT_TRUE(log_.says("target1 is left out: "));
}

TEST_F(BootCheckTest, WithoutATableThereIsNothing) {
  ASSERT_TRUE(parameters_.table.assign("acpi:9"));
  const auto checked = check_table(parameters_, log_);
  ASSERT_TRUE(checked.ok());
  EXPECT_FALSE(*checked);
}

TEST_F(BootCheckTest, NamesATableThatCannotBeUsed) {
  const std::string table = folder_ / "none.bin";
  std::ofstream{table} << std::string(100, 'x');
  ASSERT_TRUE(parameters_.table.assign(table));
  const auto checked = check_table(parameters_, log_);
  ASSERT_FALSE(checked.ok());
  EXPECT_NE(checked.error().message.find(table), std::string::npos);
}

}  // namespace
}  // namespace isboot::app
