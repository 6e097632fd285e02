#include "core/boot/session.h"

namespace isboot::boot {
namespace {

// A refusal that will not go away by itself: after the first login somebody may still
// mend it at the target, so it is tried again, slowly. Not from the beginning: a target
// that is being started listens (tgtd does) before it knows its accounts.
constexpr Millis kHopelessDelay = 30'000;
constexpr Millis kHopefulSpan = 30'000;  // from the first refusal on

// A target that needs longer than the limit for a login response would never be logged in to. It is
// given more each time, up to this: a connection that is dead must not be waited on for ever.
constexpr Millis kLongestAnswer = 60'000;

// For a target that has asked for a logout to answer it.
constexpr Millis kLogOutLimit = 5'000;

}  // namespace

Session::Session(const Portal& portal, iscsi::LoginConfig& login, const SessionLimits& limits,
                 Hash& hash, Entropy& entropy)
    : given_{portal},
      home_{portal},
      config_{login},
      limits_{limits},
      hash_{hash},
      entropy_{entropy},
      portal_{portal},
      answer_span_{limits.answer} {}

Session::Session(const Portal& given, const Portal& home, iscsi::LoginConfig& login,
                 const SessionLimits& limits, Hash& hash, Entropy& entropy)
    : Session{given, login, limits, hash, entropy} {
  if (!home.address.is_absent()) home_ = portal_ = home;
}

SessionStep Session::on_event(const SessionEvent& event, Millis now) {
  using Kind = SessionEvent::Kind;
  if (event.kind == Kind::Detach) return stop(Error{Errc::Cancelled, 0, "detached"});
  switch (state_) {
    case SessionState::Created:
      if (event.kind == Kind::Start) return try_again(now);
      if (event.kind == Kind::Adopt) {
        params_.time2wait = event.time2wait.value_or(params_.time2wait);
        return carried();
      }
      break;
    case SessionState::Connecting:
      if (event.kind == Kind::Failed) return on_failure(event.error, now);
      if (event.kind == Kind::Connected) {
        state_ = SessionState::LoggingIn;
        login_.emplace(config_, hash_, entropy_);
        return on_login_step(login_->start(), now);
      }
      break;
    case SessionState::LoggingIn:
      if (event.kind == Kind::Failed) return on_login_cut_off(event.error, now);
      // Bytes that trickle in do not make the time for an answer any longer.
      if (event.kind == Kind::Received && now >= answer_by_)
        return on_login_cut_off(Error{Errc::TimedOut, 0, "no whole answer in time"}, now);
      if (event.kind == Kind::Received) return on_login_step(login_->on_bytes(event.bytes), now);
      break;
    case SessionState::LookingUp:
      if (event.kind == Kind::Failed) return on_failure(event.error, now);
      if (event.kind == Kind::Found) {
        found_by_name_ = true;
        return go_on_at({event.address, login_->redirect().address.portal.port}, now);
      }
      break;
    case SessionState::HandingOver:
      if (event.kind == Kind::Failed) {
        hand_over_error_ = event.error;  // the kernel may hold the socket: that comes first
        allow_no_login_before({}, now);
        return recover();
      }
      if (event.kind == Kind::HandedOver) return carried();
      break;
    case SessionState::HandedOver:
      if (event.kind == Kind::Lost) return on_loss(event, now);
      if (event.kind == Kind::LogOut) return log_out(event.error, now);
      break;
    case SessionState::LoggingOut:
      if (event.kind == Kind::LoggedOut || event.kind == Kind::Lost || event.kind == Kind::Failed)
        return on_loss(event, now);
      break;
    case SessionState::Lost:
      if (event.kind == Kind::Due) return recover();
      if (event.kind == Kind::Failed) return on_kernel_failure(event.error, now);
      if (event.kind == Kind::Recovered) return on_recovered(event.cmd_sn, now);
      break;
    case SessionState::Waiting:
      if (event.kind == Kind::Due) return try_again(now);
      break;
    case SessionState::Gone:
      break;
  }
  return stop(Error{SessionErrc::UnexpectedEvent, 0, "event does not fit the session's state"});
}

SessionStep Session::carried() {
  state_ = SessionState::HandedOver;
  login_.reset();
  if (moves_to_)
    home_ = *moves_to_;
  else if (at_given_)
    home_ = given_;
  moves_to_.reset();
  at_given_ = false;
  ++logins_;
  tries_ = 0;
  refused_since_.reset();
  backoff_.reset();
  answer_span_ = limits_.answer;
  return {.kind = SessionStep::Kind::Carried};
}

// RFC 7143 section 11.9.1: a target's wish for a logout is honoured as early as possible.
SessionStep Session::log_out(const Error& words, Millis now) {
  state_ = SessionState::LoggingOut;
  loss_ = words;
  return {.kind = SessionStep::Kind::LogOut, .deadline = now + kLogOutLimit, .portal = portal_};
}

SessionStep Session::on_loss(const SessionEvent& event, Millis now) {
  if (event.kind != SessionEvent::Kind::LoggedOut) loss_ = event.error;
  allow_no_login_before(event.time2wait, now);
  return recover();
}

// The login to come replaces the session at the target, which is an implicit logout (RFC 7143
// section 6.3.5): that may not be tried before the agreed time is over (section 13.15), or the
// one that the target names (sections 11.9.1 and 11.15.3).
void Session::allow_no_login_before(std::optional<std::uint16_t> time2wait, Millis now) {
  const std::uint16_t seconds = time2wait.value_or(params_.time2wait);
  not_before_ = now + (seconds < kMostTime2Wait ? seconds : kMostTime2Wait) * Millis{1000};
}

SessionStep Session::on_recovered(std::uint32_t cmd_sn, Millis now) {
  config_.cmd_sn = cmd_sn;
  if (hand_over_error_) {
    const Error error = *hand_over_error_;
    hand_over_error_.reset();
    return on_failure(error, now);
  }
  if (now >= not_before_) return try_again(now);
  state_ = SessionState::Waiting;
  return wait(loss_, 0, now);
}

SessionStep Session::try_again(Millis now) {
  visited_ = {};
  refusal_.clear();
  fault_.clear();
  ++tries_;
  // A portal to which the target moved for good may be gone as well: both are tried in turn.
  moves_to_.reset();
  found_by_name_ = false;
  at_given_ = tries_ % 2 == 0 && home_ != given_;
  return connect(at_given_ ? given_ : home_, now);
}

SessionStep Session::connect(const Portal& portal, Millis now) {
  visited_.push(portal);
  portal_ = portal;
  state_ = SessionState::Connecting;
  login_.reset();
  return {.kind = SessionStep::Kind::Connect,
          .deadline = until(limits_.connect, now),
          .portal = portal};
}

SessionStep Session::on_login_step(const iscsi::LoginStep& step, Millis now) {
  using Kind = iscsi::LoginStep::Kind;
  switch (step.kind) {
    case Kind::Send:
      answer_by_ = until(answer_span_, now);
      [[fallthrough]];
    case Kind::Receive:
      return {
          .kind = step.kind == Kind::Send ? SessionStep::Kind::Send : SessionStep::Kind::Receive,
          .deadline = answer_by_,
          .portal = portal_,
          .send = step.send,
          .wanted = step.wanted};
    case Kind::Complete:
      params_ = login_->params();
      state_ = SessionState::HandingOver;
      return {.kind = SessionStep::Kind::HandOver};
    case Kind::Redirect:
      return redirect(now);
    case Kind::Failed:
      if (const auto fallback = login_->chap_fallback()) {
        config_.chap_algorithms = *fallback;
        return connect(portal_, now);
      }
      (void)refusal_.assign(login_->refusal_text());  // fits: both have one size
      (void)fault_.assign(login_->fault());           // so does this
      return on_failure(step.error, now, login_->retry_policy());
  }
  return stop(Error{SessionErrc::UnexpectedEvent, 0, "the login has no such step"});
}

// The target said nothing wrong, and not enough.
SessionStep Session::on_login_cut_off(const Error& error, Millis now) {
  if (error.code == Errc::TimedOut && answer_span_ < kLongestAnswer)
    answer_span_ = 2 * answer_span_ < kLongestAnswer ? 2 * answer_span_ : kLongestAnswer;
  (void)fault_.assign(iscsi::fault_text(error, login_->stage(), {}, {}));  // both have one size
  return on_failure(error, now);
}

SessionStep Session::redirect(Millis now) {
  const iscsi::TargetAddress& to = login_->redirect().address;
  if (to.host.empty()) return go_on_at(portal_of(to, portal_), now);
  state_ = SessionState::LookingUp;
  return {.kind = SessionStep::Kind::LookUp,
          .deadline = until(limits_.answer, now),
          .portal = portal_,
          .host = to.host};
}

SessionStep Session::go_on_at(const Portal& portal, Millis now) {
  for (const Portal& visited : visited_)
    if (visited == portal)
      return on_redirected(Error{SessionErrc::RedirectLoop, 0, "the target redirects in a circle"},
                           portal, now);
  if (visited_.full())
    return on_redirected(
        Error{SessionErrc::TooManyRedirects, 0, "the target redirects more than four times"},
        portal, now);
  // RFC 7143 section 11.13.5: a permanent move is for later logins as well. It comes before any
  // proof of identity, so it counts once a login has succeeded by it.
  if (login_->redirect().permanent) moves_to_ = portal;
  return connect(portal, now);
}

SessionStep Session::on_redirected(const Error& error, const Portal& portal, Millis now) {
  std::array<char, 80> buffer{};
  TextWriter fault{buffer};
  fault << "TargetAddress=" << to_text(portal);
  (void)fault_.assign(fault.text());  // shorter than a fault may be
  return on_failure(error, now);
}

SessionStep Session::on_failure(const Error& error, Millis now, iscsi::RetryPolicy policy) {
  login_.reset();
  const bool hopeless = policy == iscsi::RetryPolicy::Never;
  if (may_give_up() && (hopeless || tries_ > limits_.retries || now >= limits_.give_up))
    return stop(error);
  state_ = SessionState::Waiting;
  if (hopeless && !refused_since_) refused_since_ = now;
  const bool slowly = hopeless && now - *refused_since_ >= kHopefulSpan;
  return wait(error, slowly ? kHopelessDelay : backoff_.next(entropy_), now);
}

SessionStep Session::on_kernel_failure(const Error& error, Millis now) {
  if (logins_ == 0 && now >= limits_.give_up) return stop(error);
  return wait(error, backoff_.next(entropy_), now);
}

SessionStep Session::wait(const Error& error, Millis delay, Millis now) {
  if (now + delay < not_before_) delay = not_before_ - now;
  return {.kind = SessionStep::Kind::Wait,
          .deadline = until(delay, now),
          .portal = portal_,
          .error = error};
}

SessionStep Session::recover() {
  state_ = SessionState::Lost;
  return {.kind = SessionStep::Kind::Recover};
}

SessionStep Session::stop(const Error& error) {
  login_.reset();
  state_ = SessionState::Gone;
  return {.kind = SessionStep::Kind::Stop, .portal = portal_, .error = error};
}

Millis Session::until(Millis span, Millis now) const {
  const Millis limit = now + span;
  return logins_ == 0 && limits_.give_up < limit ? limits_.give_up : limit;
}

}  // namespace isboot::boot
