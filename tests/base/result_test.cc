#include "core/base/result.h"

#include <gtest/gtest.h>

#include <memory>

#include "core/base/secret.h"

namespace isboot {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{Errc::BadValue, 7, "odd"};
  return value / 2;
}
Result<int> quarter(int value) {
  const int once = ISBOOT_TRY(half(value));
  return half(once);
}

TEST(Result, CarriesValueOrError) {
  EXPECT_EQ(*quarter(8), 2);
  const auto failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::BadValue);
  EXPECT_EQ(failed.error().offset, 7U);
}

TEST(Result, OwnsWhatItHolds) {
  const auto alive = std::make_shared<int>(1);
  {
    Result<std::shared_ptr<int>> first{alive};
    const Result<std::shared_ptr<int>> second{first};
    EXPECT_EQ(alive.use_count(), 3);
    const Result<std::shared_ptr<int>> moved{std::move(first)};
    EXPECT_EQ(alive.use_count(), 3);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(ResultDeathTest, TrapsWhenTheWrongSideIsAsked) { EXPECT_DEATH((void)*half(1), ""); }

TEST(Code, TellsModulesApart) {
  EXPECT_EQ(Code{Errc::Truncated}, Errc::Truncated);
  EXPECT_FALSE(Code{Errc::Truncated} == Errc::BadValue);
  EXPECT_FALSE(Code{} == Errc::Truncated);
}

TEST(Secret, IsWipedWhenItGoes) {
  alignas(Secret) std::array<std::uint8_t, sizeof(Secret)> memory{};
  auto* secret = new (memory.data()) Secret;
  const std::uint8_t value[] = {'s', 'e', 'c', 'r', 'e', 't'};
  ASSERT_TRUE(secret->assign(value));
  EXPECT_EQ(as_text(secret->reveal()), "secret");
  secret->~Secret();
  EXPECT_EQ(as_text(memory).find("secret"), Text::npos);
}

TEST(Secret, RefusesWhatIsTooLong) {
  const std::array<std::uint8_t, Secret::kCapacity + 1> value{};
  Secret secret;
  EXPECT_FALSE(secret.assign(value));
  EXPECT_TRUE(secret.empty());
}

}  // namespace
}  // namespace isboot
