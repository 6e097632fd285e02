#include "core/iscsi/status.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot::iscsi {
namespace {

TEST(Status, IsToldInWordsWithTheNextStep) {
  EXPECT_EQ(refusal_text(2, 1).view(),
            "authentication failed (0x0201): check the CHAP name and secret");
  EXPECT_EQ(refusal_text(3, 2).view(),
            "the target is out of resources (0x0302): end sessions at the target, or give it more "
            "memory");
}

TEST(Status, HasWordsForEveryDetailOfTheRfc) {
  const int last_detail[] = {0, 2, 0x0b, 2};
  for (int group = 0; group < 4; ++group)
    for (int detail = group == 1 ? 1 : 0; detail <= last_detail[group]; ++detail) {
      SCOPED_TRACE(::testing::Message() << group << "/" << detail);
      const StatusWords& words =
          words_of(static_cast<std::uint8_t>(group), static_cast<std::uint8_t>(detail));
      EXPECT_EQ(words.status, group << 8 | detail);
      EXPECT_NE(std::string{words.meaning}, "");
      EXPECT_NE(std::string{words.next_step}, "");
      // Whole, in the room that a refusal has.
      const auto text =
          refusal_text(static_cast<std::uint8_t>(group), static_cast<std::uint8_t>(detail));
      EXPECT_EQ(text.view().size(), words.meaning.size() + words.next_step.size() + 11);
    }
}

TEST(Status, FallsBackToItsClass) {
  EXPECT_EQ(words_of(2, 0x77).status, 0x0200);
  EXPECT_EQ(words_of(3, 0x77).status, 0x0300);
  EXPECT_EQ(words_of(9, 0).status, 0xffff);
  EXPECT_EQ(words_of(1, 0x77).status, 0xffff);
  EXPECT_EQ(refusal_text(0xab, 0xcd).view(),
            "a status that RFC 7143 does not define (0xabcd): look into the target's log");
}

TEST(Status, IsRetriedOnlyWhereTheCauseCanPass) {
  EXPECT_EQ(words_of(2, 1).retry, RetryPolicy::Never);
  EXPECT_EQ(words_of(2, 3).retry, RetryPolicy::Soon);
  EXPECT_EQ(words_of(2, 6).retry, RetryPolicy::Soon);
  EXPECT_EQ(words_of(3, 1).retry, RetryPolicy::Soon);
  EXPECT_EQ(words_of(2, 4).retry, RetryPolicy::Never);
}

}  // namespace
}  // namespace isboot::iscsi
