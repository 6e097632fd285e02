#include "app/attach/attach.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace isboot::app
