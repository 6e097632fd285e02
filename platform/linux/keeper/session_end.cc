#include "platform/linux/keeper/session_end.h"

namespace isboot::linux_platform {
namespace {

constexpr Millis kLogoutLimit = 5'000;
constexpr std::uint8_t kOpcodeMask = 0x3f;
constexpr std::uint8_t kLogoutResponse = 0x26;  // RFC 7143 section 11.15

}  // namespace

void SessionEnd::begin(SessionId session, SessionKeeping& initiator, Log& log, Millis now,
                       Millis limit) {
  session_ = session;
  initiator_ = &initiator;
  log_ = &log;
  limit_ = limit;
  deadline_ = limit;
  state_ = State::Unbinding;
  say(LogLevel::Info, "ends: its disks go, caches flushed");
  if (initiator.unbind(session)) return;
  say(LogLevel::Warning, "the kernel does not take its disks away");
  deadline_ = now;
}

void SessionEnd::on_notice(const IscsiNotice& notice, bool carried, Millis now) {
  if (state_ == State::Unbinding && notice.kind == IscsiNotice::Kind::Unbound) {
    if (!carried || !initiator_->log_out(session_)) return finish();
    state_ = State::LoggingOut;
    deadline_ = now + kLogoutLimit < limit_ ? now + kLogoutLimit : limit_;
    return;
  }
  if (state_ != State::LoggingOut) return;
  const bool answered = notice.kind == IscsiNotice::Kind::Pdu && !notice.pdu.empty() &&
                        (notice.pdu[0] & kOpcodeMask) == kLogoutResponse;
  if (answered || notice.kind == IscsiNotice::Kind::ConnectionLost) finish();
}

void SessionEnd::on_time() {
  if (!under_way()) return;
  if (state_ == State::Unbinding)
    say(LogLevel::Error, "the target is away, and the time is up: what was not written is lost");
  finish();
}

void SessionEnd::finish() {
  initiator_->destroy(session_);
  state_ = State::Over;
  say(LogLevel::Info, "is over");
}

void SessionEnd::say(LogLevel level, Text what) {
  std::array<char, 128> line{};
  TextWriter out{line};
  (out << "session ").decimal(session_.value) << ": " << what;
  log_->write(level, out.text());
}

}  // namespace isboot::linux_platform
