#include "app/attach/attach.h"

#include <gtest/gtest.h>

#include "core/keep/keeper.h"
#include "tests/app/keeper/fake_keeper.h"
#include "tests/app/keeper/played_keeper.h"

namespace isboot::app {
namespace {

TEST(ParseAttachUrl, WantsATarget) {
  const auto url = parse_attach_url("iscsi:10.0.2.2::::iqn.2026-11.com.example:disk");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->target_name.view(), "iqn.2026-11.com.example:disk");
  const auto without = parse_attach_url("iscsi:10.0.2.2::::");
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(
      in_one_line(without.error()),
      "the URL names no target; next: `isboot discover ADDRESS` lists the targets of a portal");
}

TEST(ParseAttachUrl, SaysWhereItIsWrongButNoSecret) {
  const auto wrong = parse_attach_url("iscsi:10.0.2.2:udp::0:iqn.a");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("iscsi:10.0.2.2:udp::0:iqn.a, offset "), std::string::npos)
      << wrong.error().message;
  const auto secret = parse_attach_url("iscsi://user%hidden@10.0.2.2/iqn.a/x");
  ASSERT_FALSE(secret.ok());
  EXPECT_EQ(in_one_line(secret.error()).find("hidden"), std::string::npos);
}

class StatusWithRoom : public test::PlayedKeeper {};

TEST_F(StatusWithRoom, WithoutAKeeperNothingIsKept) {
  const auto status = status_with_room(paths_);
  ASSERT_TRUE(status.ok());
  EXPECT_TRUE((*status)["sessions"].empty());
}

TEST_F(StatusWithRoom, SaysBeforeTheLoginThatThereIsNone) {
  test::FakeKeeper keeper{paths_.control};
  std::size_t sessions = keep::kMaxKept;
  keeper.on_request = [&sessions](const auto&) {
    std::string rows;
    for (std::size_t i = 0; i < sessions; ++i) rows += i == 0 ? "{}" : ",{}";
    return test::FakeKeeper::Answer{true, R"({"sessions":[)" + rows + "]}"};
  };
  const auto full = status_with_room(paths_);
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().message, "the keeper has as many sessions as it can");
  --sessions;
  const auto room = status_with_room(paths_);
  ASSERT_TRUE(room.ok());
  EXPECT_EQ((*room)["sessions"].size(), keep::kMaxKept - 1);
}

}  // namespace
}  // namespace isboot::app
