// The life of a session under the contract of its drivers, every answer chosen by the input: one
// that the keeper keeps never ends by itself, and its next try is never further away than a target
// may ask for, whatever that says.
#include "core/boot/session.h"

#include <algorithm>
#include <vector>

#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"

namespace {

using namespace isboot;
using namespace isboot::boot;
using Kind = SessionStep::Kind;

// Session::kMostTime2Wait and a moment of back-off.
constexpr Millis kLongestWait = 70'000;
constexpr int kMostSteps = 3'000;
const Error kFailure{Errc::Closed, 0, "it failed"};

void require(bool condition) {
  if (!condition) __builtin_trap();
}

class Driver {
public:
  Driver(const std::uint8_t* data, std::size_t size) : rest_{data, size} {}

  unsigned byte() {
    if (rest_.empty()) return 0;
    const unsigned value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  bool empty() const { return rest_.empty(); }

  Millis now = 1'000;

  SessionEvent answer(const SessionStep& step) {
    const unsigned how = byte();
    now += how & 15;
    const bool good = (how & 128) != 0;
    const SessionEvent failed = SessionEvent::failed(kFailure);
    switch (step.kind) {
      case Kind::Connect:
        return good ? SessionEvent::connected() : failed;
      case Kind::Send:
      case Kind::Receive:
        return (how & 0xe0) == 0xe0 ? failed : receive(step.wanted, how);
      case Kind::LookUp:
        require(!step.host.empty() && is_dns_name(step.host));
        return good ? SessionEvent::found(IpAddress::v4(10, 0, 0, static_cast<std::uint8_t>(how)))
                    : failed;
      case Kind::HandOver:
        return good ? SessionEvent::handed_over() : failed;
      case Kind::Recover:
        return good ? SessionEvent::recovered(how) : failed;
      case Kind::LogOut:
        if ((how & 3) == 0) return SessionEvent::logged_out(static_cast<std::uint16_t>(how << 3));
        return (how & 3) == 1 ? SessionEvent::lost(kFailure) : failed;
      case Kind::Wait:
        require(step.deadline <= now + kLongestWait);
        now = std::max(now, step.deadline);
        return SessionEvent::due();
      case Kind::Carried:
        if ((how & 1) != 0) return SessionEvent::log_out(kFailure);
        if ((how & 2) != 0)
          return SessionEvent::lost(kFailure, static_cast<std::uint16_t>(how << 8));
        return SessionEvent::lost(kFailure);
      case Kind::Stop:
        break;
    }
    __builtin_trap();
  }

private:
  SessionEvent receive(std::size_t wanted, unsigned how) {
    std::size_t count = std::min(wanted, rest_.size());
    if ((how & 64) != 0) count = std::min<std::size_t>(count, 1 + (how & 31));
    if (count == 0) return SessionEvent::failed(kFailure);
    piece_.assign(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count));
    rest_ = rest_.subspan(count);
    return SessionEvent::received(piece_);
  }

  Bytes rest_;
  std::vector<std::uint8_t> piece_;
};

iscsi::LoginConfig make_config(unsigned flags) {
  iscsi::LoginConfig config;
  (void)config.initiator_name.assign("iqn.2026-11.org.example:initiator");
  (void)config.target_name.assign("iqn.2026-11.org.example:disk");
  if ((flags & 1) != 0) {
    (void)config.credentials.name.assign("user");
    (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  }
  if ((flags & 3) == 3) (void)config.credentials.reverse_secret.assign(as_bytes("target's secret"));
  config.header_digest = (flags & 4) != 0;
  if ((flags & 8) != 0) config.request_segment = 16;
  return config;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Driver driver{data, size};
  const unsigned flags = driver.byte();
  iscsi::LoginConfig config = make_config(flags);
  testing::FakeHash hash;
  testing::FakeEntropy entropy;
  Session session{{IpAddress::v4(10, 0, 0, 1), 3260},
                  config,
                  SessionLimits{.give_up = kNeverGiveUp},
                  hash,
                  entropy};
  const auto agreed = static_cast<std::uint16_t>(driver.byte());
  SessionStep step = session.on_event(
      (flags & 16) != 0 ? SessionEvent::start() : SessionEvent::adopt(agreed), driver.now);
  for (int steps = 0; steps < kMostSteps && !driver.empty(); ++steps)
    step = session.on_event(driver.answer(step), driver.now);
  return 0;
}
