#include "app/keeper/status_line.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace isboot::app::test {
namespace {

Json parsed(Text text) {
  const auto json = parse_json(text);
  EXPECT_TRUE(json) << text;
  return json.value_or(Json{});
}

TEST(StatusLine, SaysWhatIsCarried) {
  const StatusLine line = status_line(parsed(R"({"sessions":[
    {"disk":"/dev/sda","state":"carried","recoveries":2},
    {"disk":"/dev/sdb","state":"carried","recoveries":1}]})"));
  EXPECT_EQ(line.text, "/dev/sda, /dev/sdb carried, recoveries: 3");
  EXPECT_TRUE(line.all_carried);
}

TEST(StatusLine, NamesALossFirst) {
  const StatusLine line = status_line(parsed(R"({"sessions":[
    {"disk":"/dev/sda","state":"carried","recoveries":0},
    {"disk":"/dev/sdb","portal":"10.0.2.2:3260","state":"waiting","state_seconds":35,
     "recoveries":1,"last_error":"the connection failed"}]})"));
  EXPECT_EQ(line.text,
            "/dev/sdb (10.0.2.2:3260) is waiting for 35 s: the connection failed; "
            "/dev/sda carried, recoveries: 1");
  EXPECT_FALSE(line.all_carried);
}

// What is read later says since when, and nothing that passes in a moment.
TEST(StatusLine, SaysSinceWhenWhereItIsKept) {
  (void)setenv("TZ", "UTC", 1);
  const StatusLine line = status_line(parsed(R"({"sessions":[
    {"disk":"/dev/sdb","portal":"10.0.2.2:3260","state":"connecting","state_seconds":35,
     "recoveries":1}]})"),
                                      100);
  EXPECT_EQ(line.text, "/dev/sdb (10.0.2.2:3260) is lost since 1970-01-01 00:01:05, recoveries: 1");
}

TEST(StatusLine, NothingAndNonsenseAreNoHealth) {
  for (const char* text : {"{}", R"({"sessions":[]})", R"({"sessions":[{}]})",
                           R"({"sessions":[{"disk":null,"state":7}]})"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(status_line(parsed(text)).all_carried);
  }
}

}  // namespace
}  // namespace isboot::app::test
