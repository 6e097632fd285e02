#include "app/check/portal_list.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/fake_disk.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"

namespace isboot::app {
namespace {

using namespace std::string_literals;

const Portal kFirst{IpAddress::v4(127, 0, 0, 1), 3260};
const Portal kOther{IpAddress::v4(127, 0, 0, 2), 3261};

class PortalListTest : public ::testing::Test {
protected:
  Outcome<PortalList> list(const std::vector<Portal>& portals = {kFirst}) {
    iscsi::LoginConfig config;
    (void)config.initiator_name.assign("iqn.2026-11.org.example:initiator");
    (void)config.target_name.assign("iqn.2026-11.org.example:does-not-count");
    Conversation target{disk_, clock_, hash_, entropy_, clock_.now() + 10'000};
    return list_targets(target, portals, config);
  }
  static iscsi::DiscoveredTarget target(Text name) {
    iscsi::DiscoveredTarget target;
    EXPECT_TRUE(target.name.assign(name));
    return target;
  }

  isboot::testing::FakeClock clock_;
  isboot::testing::FakeHash hash_;
  isboot::testing::FakeEntropy entropy_;
  isboot::testing::FakeDisk disk_;
};

TEST_F(PortalListTest, IsForPeopleAndForScripts) {
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
  EXPECT_EQ(only.error().message, "the URL names no target, and 127.0.0.1:3260 has several");
  EXPECT_EQ(only.error().next_step, "add one of these to the URL: iqn.a iqn.b");
  EXPECT_TRUE(disk_.logged_out());
}

TEST_F(PortalListTest, NamesHostAndZoneAsTheTargetDoes) {
  disk_.discovery =
      "TargetName=iqn.a\0TargetAddress=storage.example:3261,1\0"s
      "TargetAddress=[fe80::1%em0]:3260,1\0"s;
  const auto listed = list();
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  EXPECT_EQ(target_lines(*listed), "iqn.a storage.example:3261\niqn.a [fe80::1%em0]:3260\n");
}

// A target that listens on all of its addresses is where it was asked.
TEST_F(PortalListTest, NoAddressIsTheOneThatWasAsked) {
  disk_.discovery = "TargetName=iqn.a\0TargetAddress=0.0.0.0:3261,1\0TargetAddress=[::]:3262\0"s;
  const auto listed = list();
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  EXPECT_EQ(target_lines(*listed), "iqn.a 127.0.0.1:3261\niqn.a 127.0.0.1:3262\n");
  const Json rows = targets_json(*listed)["targets"];
  EXPECT_EQ(rows[std::size_t{0}]["address"].text(), "127.0.0.1:3261");
}

// A storage system of a cloud has thousands.
TEST_F(PortalListTest, IsAsLongAsItIs) {
  for (int i = 0; i < 3000; ++i)
    disk_.discovery += "TargetName=iqn.2026-11.org.example:disk" + std::to_string(i) + "\0"s +
                       "TargetAddress=10.0.0.1:3260,1\0"s;
  const auto listed = list();
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  EXPECT_EQ(listed->targets.size(), 3000U);
  disk_.discovery.append(1 << 20, 'x');
  const auto too_long = list();
  ASSERT_FALSE(too_long.ok());
  EXPECT_EQ(too_long.error().message,
            "127.0.0.1:3260: SendTargets: text is longer than its bound (1 MiB for a list of "
            "targets)");
}

// What a target says must not be taken for the terminal's own.
TEST_F(PortalListTest, HoldsNothingThatATerminalWouldObey) {
  disk_.discovery = "TargetName=iqn.a\0TargetAddress=\x1b[2J\0"s;
  const auto listed = list();
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(target_lines(*listed).find('\x1b'), std::string::npos);
}

TEST_F(PortalListTest, IsThatOfTheFirstPortalThatAnswers) {
  disk_.discovery = "TargetName=iqn.a\0"s;
  const auto listed = list({kFirst, kOther});
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->portal, kFirst);
}

// gotgt hears SessionType in the operational stage alone, and hangs up without it.
TEST_F(PortalListTest, AsksATargetThatWantsNoSecurityStage) {
  disk_.login = {isboot::testing::operational_done()};  // one answer a connection
  disk_.discovery = "TargetName=iqn.a\0"s;
  const auto listed = list();
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  EXPECT_EQ(target_lines(*listed), "iqn.a 127.0.0.1:3260\n");
}

TEST_F(PortalListTest, SaysWhyNoneAnswers) {
  disk_.listens = false;
  const auto listed = list({kFirst, kOther});
  ASSERT_FALSE(listed.ok());
  EXPECT_EQ(listed.error().message.find("127.0.0.2:3261: nobody listens"), 0U)
      << listed.error().message;
  EXPECT_FALSE(list({}).ok());
}

TEST_F(PortalListTest, OneTargetWithTwoAddressesIsOne) {
  PortalList list{kFirst, {target("iqn.a"), target("iqn.a")}};
  const auto only = only_target(list);
  ASSERT_TRUE(only.ok());
  EXPECT_EQ(only->view(), "iqn.a");
}

TEST_F(PortalListTest, WithoutATargetSaysWhatToDo) {
  const auto only = only_target({kFirst, {}});
  ASSERT_FALSE(only.ok());
  EXPECT_EQ(in_one_line(only.error()),
            "127.0.0.1:3260 lists no target for us; next: allow this initiator at the target");
}

TEST(OnlyTarget, ShowsNoControlCharacterOfATarget) {
  PortalList list{kFirst, {}};
  for (const char* name : {"iqn.x\x1b]0;pwn\a", "iqn.y"}) {
    iscsi::DiscoveredTarget target;
    ASSERT_TRUE(target.name.assign(Text{name}));
    list.targets.push_back(target);
  }
  const auto several = only_target(list);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().next_step, "add one of these to the URL: iqn.x\\x1b]0;pwn\\x07 iqn.y");
  list.targets.pop_back();
  const auto only = only_target(list);
  ASSERT_TRUE(only);
  EXPECT_EQ(only->view(), "iqn.x\x1b]0;pwn\a");
}

}  // namespace
}  // namespace isboot::app
