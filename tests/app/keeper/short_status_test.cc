#include "app/keeper/short_status.h"

#include <gtest/gtest.h>

namespace isboot::app {
namespace {

constexpr Text kCarried =
    R"({"session":1,"target":"iqn.x","portal":"10.0.2.2:3260","disk":"/dev/sda","disk_id":null,)"
    R"("state":"carried","state_seconds":35,"tries":0,"recoveries":2,"last_error":null,)"
    R"("history":[{"seconds_ago":3,"cause":"a \"}] b","state":"no"}],"last_error_cause":null})";
constexpr Text kLost =
    R"({"session":2,"portal":"10.0.3.2:3260","disk":null,"state":"waiting","state_seconds":7,)"
    R"("recoveries":0,"last_error":"the connection \"failed\"","history":[]})";

std::string answer(const std::string& sessions) { return "{\"sessions\":[" + sessions + "]}"; }

TEST(ShortStatus, IsALineForEachSession) {
  const auto status = short_status(answer(std::string{kCarried} + "," + std::string{kLost}));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->text,
            "session 1  /dev/sda  carried for 35 s  10.0.2.2:3260  recoveries 2\n"
            "session 2  -  waiting for 7 s  10.0.3.2:3260  recoveries 0  "
            "last error: the connection \\\"failed\\\"\n");
  EXPECT_EQ(status->sessions, 2U);
  EXPECT_FALSE(status->all_carried);
}

TEST(ShortStatus, SaysWhenAllAreCarriedAndWhenThereIsNone) {
  const auto carried = short_status(answer(std::string{kCarried}));
  ASSERT_TRUE(carried);
  EXPECT_TRUE(carried->all_carried);
  const auto none = short_status(answer(""));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->sessions, 0U);
  EXPECT_EQ(none->text, "");
}

TEST(ShortStatus, RefusesWhatIsCutAnywhere) {
  const std::string whole = answer(std::string{kCarried} + "," + std::string{kLost});
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_FALSE(short_status(Text{whole}.substr(0, size)));
  }
}

}  // namespace
}  // namespace isboot::app
