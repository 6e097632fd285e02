#include "core/boot/backoff.h"

#include <gtest/gtest.h>

#include <set>

#include "testing/fake_entropy.h"

namespace isboot::boot {
namespace {

TEST(Backoff, WaitsLongerAndLongerUpToItsLimit) {
  isboot::testing::FakeEntropy entropy;
  Backoff backoff{{.first = 100, .most = 1500}};
  for (const Millis longest : {100U, 200U, 400U, 800U, 1500U, 1500U, 1500U}) {
    const Millis wait = backoff.next(entropy);
    EXPECT_GE(wait, longest / 10);
    EXPECT_LE(wait, longest);
  }
}

TEST(Backoff, StartsAgainAfterASuccess) {
  isboot::testing::FakeEntropy entropy;
  Backoff backoff{{.first = 100, .most = 8000}};
  for (int i = 0; i < 10; ++i) (void)backoff.next(entropy);
  backoff.reset();
  EXPECT_LE(backoff.next(entropy), 100U);
}

TEST(Backoff, SpreadsMachinesThatFailTogether) {
  std::set<Millis> waits;
  for (int machine = 0; machine < 64; ++machine) {
    isboot::testing::FakeEntropy entropy{static_cast<std::uint8_t>(4 * machine)};
    Backoff backoff;
    waits.insert(backoff.next(entropy));
  }
  EXPECT_GE(waits.size(), 32U);
}

TEST(Backoff, WaitsTheLongestWithoutEntropy) {
  isboot::testing::FakeEntropy entropy;
  entropy.broken = true;
  Backoff backoff{{.first = 100, .most = 150}};
  EXPECT_EQ(backoff.next(entropy), 100U);
  EXPECT_EQ(backoff.next(entropy), 150U);
}

TEST(Backoff, TakesLimitsOfZero) {
  isboot::testing::FakeEntropy entropy;
  Backoff backoff{{.first = 0, .most = 0}};
  EXPECT_EQ(backoff.next(entropy), 0U);
}

}  // namespace
}  // namespace isboot::boot
