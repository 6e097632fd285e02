#include "app/timeline/picture.h"

#include <gmock/gmock.h>

namespace isboot::app::test {
namespace {

using ::testing::HasSubstr;

const char* const kRecord =
    "1200000 1201000 0 plan ok\n"
    "1202000 1303500 1 wait-ready ok\n"
    "1202100 4202100 2 connect no answer in <time> & \"none\"\n";

TEST(TimelinePage, NamesStepTimePathAndFailure) {
  const std::string page = timeline_page(parse_timeline(kRecord));
  EXPECT_THAT(page, HasSubstr("    1.200    0.001     -  find the table and plan"));
  EXPECT_THAT(page,
              HasSubstr("    1.202    0.102     1  wait for the link (carrier and routers)\n"));
  EXPECT_THAT(page, HasSubstr("2  connect to the portal (target): no answer in <time>"));
  EXPECT_THAT(page, HasSubstr("isboot's first step to its last    3.002 s"));
}

// A record that holds nothing that this version reads.
TEST(TimelinePage, WithoutStepsIsTheHeadAlone) {
  EXPECT_EQ(timeline_page({}), "    began     took  path  step\n");
}

// A path may end after the one that began last.
TEST(TimelinePage, LastsUntilTheStepThatEndsLast) {
  const std::string page = timeline_page(parse_timeline("0 9000000 1 connect ok\n1 2 0 plan ok\n"));
  EXPECT_THAT(page, HasSubstr("isboot's first step to its last    9.000 s\n"));
}

}  // namespace
}  // namespace isboot::app::test
