#include "app/check/target.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/check/boot_check.h"
#include "testing/fake_entropy.h"

namespace isboot::app {
namespace {

class ConfigureLoginTest : public ::testing::Test {
protected:
  ConfigureLoginTest() {
    char name[] = "/tmp/isboot-target-XXXXXX";
    folder_ = mkdtemp(name);
    file_ = folder_ / "initiatorname.iscsi";
  }
  ~ConfigureLoginTest() override { std::filesystem::remove_all(folder_); }

  std::string name() {
    iscsi::LoginConfig config;
    EXPECT_TRUE(configure_login({}, parameters_, entropy_, config, file_).ok());
    EXPECT_TRUE(config.target_name.empty());
    return std::string{config.initiator_name.view()};
  }

  std::filesystem::path folder_, file_;
  boot::Parameters parameters_;
  isboot::testing::FakeEntropy entropy_;
};

TEST_F(ConfigureLoginTest, TakesTheParametersNameThenTheMachinesThenItsOwn) {
  EXPECT_EQ(name(), "iqn.2026-11.invalid.isboot:check");
  std::ofstream{file_} << "# a comment\nInitiatorName=iqn.2026-11.org.example:machine\n";
  EXPECT_EQ(name(), "iqn.2026-11.org.example:machine");
  ASSERT_TRUE(parameters_.initiator.assign("iqn.2026-11.org.example:asked"));
  EXPECT_EQ(name(), "iqn.2026-11.org.example:asked");
}

TEST_F(ConfigureLoginTest, ANameThatIsTooLongIsNotCut) {
  std::ofstream{file_} << "InitiatorName=iqn." << std::string(300, 'x') << '\n';
  EXPECT_EQ(name(), "iqn.2026-11.invalid.isboot:check");
}

TEST(LinkNumber, IsTheLinksOrNone) {
  EXPECT_EQ(*link_number(""), 0U);
  EXPECT_EQ(*link_number("lo"), 1U);
  const auto none = link_number("no-such-link");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().message, "there is no link no-such-link");
}

TEST(CheckUrl, SaysWhereItIsWrongButNoSecret) {
  const boot::Parameters parameters;
  const auto wrong = check_url("iscsi:10.0.2.2:udp::0:iqn.a", {}, parameters);
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("iscsi:10.0.2.2:udp::0:iqn.a, offset "), std::string::npos);
  const auto secret = check_url("iscsi://user%hidden@10.0.2.2/iqn.a/x", {}, parameters);
  ASSERT_FALSE(secret.ok());
  EXPECT_EQ(in_one_line(secret.error()).find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace isboot::app
