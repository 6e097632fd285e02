#include "core/boot/growing_span.h"

#include <gtest/gtest.h>

namespace isboot::boot {
namespace {

TEST(GrowingSpan, DoublesUpToTheLongest) {
  GrowingSpan span{5, 30};
  for (const Millis expected : {5U, 10U, 20U, 30U, 30U}) EXPECT_EQ(span.next(), expected);
  EXPECT_EQ((GrowingSpan{9, 4}.next()), 4U);
}

TEST(GrowingSpan, NeverEndsPastTheDeadline) {
  GrowingSpan span{5, 30};
  EXPECT_EQ(span.end(100, 1000), 105U);
  EXPECT_EQ(span.end(105, 110), 110U);
  EXPECT_EQ(span.end(120, 110), 110U);
}

}  // namespace
}  // namespace isboot::boot
