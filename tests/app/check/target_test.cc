#include "app/check/target.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "testing/fake_entropy.h"

namespace isboot::app {
namespace {

class ConfigureLoginTest : public ::testing::Test {
protected:
  ConfigureLoginTest() {
    char name[] = "/tmp/isboot-target-XXXXXX";
    folder_ = mkdtemp(name);
    places_ = {folder_ / "initiatorname.iscsi", folder_ / "uuid"};
    EXPECT_TRUE(parameters_.table.assign((folder_ / "table").string()));
  }
  ~ConfigureLoginTest() override { std::filesystem::remove_all(folder_); }

  std::string name() {
    iscsi::LoginConfig config;
    EXPECT_TRUE(configure_login({}, parameters_, entropy_, config, places_).ok());
    EXPECT_TRUE(config.target_name.empty());
    return std::string{config.initiator_name.view()};
  }

  std::filesystem::path folder_;
  InitiatorNamePlaces places_;
  boot::Parameters parameters_;
  isboot::testing::FakeEntropy entropy_;
};

TEST_F(ConfigureLoginTest, TakesTheMachinesNameOrSaysThatItHasNone) {
  EXPECT_EQ(name(), kNoName);
  std::ofstream{places_.file} << "InitiatorName=iqn.2026-11.org.example:machine\n";
  EXPECT_EQ(name(), "iqn.2026-11.org.example:machine");
}

TEST(LinkNumber, IsTheLinksOrNone) {
  EXPECT_EQ(*link_number(""), 0U);
  EXPECT_EQ(*link_number("lo"), 1U);
  const auto none = link_number("no-such-link");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().message, "there is no link no-such-link");
}

TEST_F(ConfigureLoginTest, TakesDigestsAndAlgorithmsOfTheParameters) {
  parameters_.header_digest = true;
  parameters_.chap = iscsi::AlgorithmSet{}.with(HashAlgorithm::Sha256);
  iscsi::LoginConfig config;
  ASSERT_TRUE(configure_login({}, parameters_, entropy_, config, places_).ok());
  EXPECT_TRUE(config.header_digest);
  EXPECT_FALSE(config.data_digest);
  EXPECT_TRUE(config.chap_algorithms.has(HashAlgorithm::Sha256));
  EXPECT_FALSE(config.chap_algorithms.has(HashAlgorithm::Md5));
}

TEST_F(ConfigureLoginTest, TakesCredentialsOfAFileThatNobodyElseReads) {
  const std::string credentials = folder_ / "credentials";
  std::ofstream{credentials} << "name=us\nsecret=not-a-secret-1\n";
  std::filesystem::permissions(credentials, std::filesystem::perms{0600});
  iscsi::LoginConfig config;
  ASSERT_TRUE(configure_login(credentials, parameters_, entropy_, config, places_).ok());
  EXPECT_EQ(config.credentials.name.view(), "us");
  const auto missing = configure_login(folder_ / "none", parameters_, entropy_, config, places_);
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find(folder_ / "none"), std::string::npos);
}

TEST(TargetPorts, AnAddressNeedsNobodyToBeAsked) {
  TargetPorts ports{1'000, NameServers{}};
  const Portal portal{IpAddress::v4(127, 0, 0, 1), 3260};
  const auto found = ports.find(portal, {});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, std::vector<Portal>{portal});
  const auto unknown = ports.find({}, "storage.example");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message.find("storage.example: "), 0U) << unknown.error().message;
}

TEST(ShownUrl, HoldsNothingThatMayBeASecret) {
  EXPECT_EQ(shown_url("iscsi:10.0.2.2::::iqn.a"), "iscsi:10.0.2.2::::iqn.a");
  EXPECT_EQ(shown_url("iscsi:us:hidden@10.0.2.2::::iqn.a"), "the URL");
}

}  // namespace
}  // namespace isboot::app
