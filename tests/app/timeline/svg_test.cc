#include "app/timeline/picture.h"

#include <gmock/gmock.h>

namespace isboot::app::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char* const kRecord =
    "1200000 1201000 0 plan ok\n"
    "1202000 1303500 1 wait-ready ok\n"
    "1202100 4202100 2 connect no answer in <time> & \"none\"\n";

TEST(TimelineSvg, IsOneDocumentWithABarForEachStep) {
  const std::string svg = timeline_svg(parse_timeline(kRecord));
  EXPECT_THAT(svg, ::testing::StartsWith("<svg "));
  EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
  for (const char* label : {"find the table and plan, 1.0 ms", "wait for the link, 0.102 s",
                            "path 1", "path 2", "from 1.200 s to 4.202 s"})
    EXPECT_THAT(svg, HasSubstr(label));
  EXPECT_THAT(svg, HasSubstr("class=\"failed\""));
}

TEST(TimelineSvg, TriesThatFailAlikeShareARow) {
  const std::string svg =
      timeline_svg(parse_timeline("1000 2000 1 connect refused\n3000 4000 1 connect refused\n"
                                  "5000 6000 1 connect no answer\n7000 8000 1 connect ok\n"
                                  "9000 9500 1 log-in ok\n9600 9700 1 log-in ok\n"));
  EXPECT_THAT(svg, HasSubstr("connect to the portal, 2 times: refused"));
  EXPECT_THAT(svg, HasSubstr("connect to the portal, 1.0 ms: no answer"));
  EXPECT_THAT(svg, HasSubstr("connect to the portal, 1.0 ms<"));
  EXPECT_THAT(svg, HasSubstr("log in, 0.1 ms"));  // what goes well is never together
  EXPECT_THAT(svg, HasSubstr("log in, 0.5 ms"));
}

TEST(TimelineSvg, WhatARecordHoldsIsNoMarkup) {
  const std::string svg = timeline_svg(parse_timeline(kRecord));
  EXPECT_THAT(svg, HasSubstr("&lt;time&gt; &amp;"));
  EXPECT_THAT(svg, Not(HasSubstr("<time>")));
}

TEST(TimelineSvg, StepsWithoutLengthAndHugeTimesAreDrawn) {
  EXPECT_THAT(timeline_svg(parse_timeline("5 5 0 plan ok\n")), HasSubstr("plan, 0.0 ms"));
  EXPECT_THAT(timeline_svg(parse_timeline("0 1000000000000000 0 plan ok\n")),
              ::testing::EndsWith("</svg>\n"));
  EXPECT_THAT(timeline_svg({}), HasSubstr("<svg"));
}

}  // namespace
}  // namespace isboot::app::test
