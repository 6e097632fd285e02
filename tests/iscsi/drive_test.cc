#include "core/iscsi/drive.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/iscsi/full_feature.h"
#include "testing/fake_clock.h"

namespace isboot::iscsi {
namespace {

constexpr Millis kLimit = 3'000;

// A target that has taken the login, and sends NOP-Ins that want no answer instead of any: at a
// time nothing, or one more after each millisecond, for ever.
class NopTarget final : public Stream {
public:
  NopTarget(testing::FakeClock& clock, bool floods) : clock_{clock}, floods_{floods} {
    nop_[0] = 0x20;  // NOP-In: RFC 7143 section 11.19
    nop_[1] = 0x80;
    for (std::size_t tag = 16; tag < 24; ++tag) nop_[tag] = 0xff;
  }
  Result<Done> connect(const Portal&, Via, Millis) override { return Done{}; }
  Result<Done> send(Bytes, Millis) override { return Done{}; }
  Result<std::size_t> receive(MutableBytes out, Millis deadline) override {
    if (!floods_) {
      clock_.sleep_until(deadline);
      return Error{Errc::TimedOut, 0, "no answer in time"};
    }
    EXPECT_LT(++received, 10 * kLimit) << "it never ends";
    if (received >= 10 * kLimit) return Error{Errc::Closed, 0, "the test ends it"};
    clock_.pass(1);
    const std::size_t count = std::min(out.size(), nop_.size() - at_);
    std::copy_n(nop_.begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
    at_ = (at_ + count) % nop_.size();
    return count;
  }
  void close() override {}
  int descriptor() const override { return -1; }

  std::size_t received = 0;

private:
  testing::FakeClock& clock_;
  bool floods_;
  std::array<std::uint8_t, 48> nop_{};
  std::size_t at_ = 0;
};

class DriveTest : public ::testing::Test {
protected:
  Code run(bool floods) {
    FullFeature exchange{SessionParams{}};
    NopTarget target{clock, floods};
    constexpr std::array<std::uint8_t, 6> kInquiry = {0x12, 0, 0, 0, 8, 0};
    const auto last = drive(exchange, exchange.command(*Lun::from_number(1), kInquiry, data),
                            target, clock, start + kLimit);
    return last ? Code{} : last.error().code;
  }

  testing::FakeClock clock;
  const Millis start = clock.now();
  std::array<std::uint8_t, 8> data{};
};

TEST_F(DriveTest, EndsInTimeWhenNothingComes) {
  EXPECT_EQ(run(false), Code{Errc::TimedOut});
  EXPECT_EQ(clock.now(), start + kLimit);
}

// `check --timeout 3` ran for as long as a target sent NOP-Ins.
TEST_F(DriveTest, EndsInTimeAlthoughDataFlows) {
  EXPECT_EQ(run(true), Code{Errc::TimedOut});
  EXPECT_EQ(clock.now(), start + kLimit);
}

}  // namespace
}  // namespace isboot::iscsi
