// A session's whole life as one machine without I/O: connect, log in, hand over to the
// kernel, and the same again whenever the connection is lost. `boot` and the keeper
// drive the same machine.
#pragma once

#include <optional>

#include "core/base/list.h"
#include "core/boot/backoff.h"
#include "core/iscsi/login.h"
#include "core/iscsi/status.h"
#include "core/ports/clock.h"

namespace isboot::boot {

enum class SessionErrc : std::uint16_t {
  TooManyRedirects = 1,
  RedirectToName,   // and there is nobody here to look it up
  RedirectLoop,     // the target sends us to a portal where we have been
  UnexpectedEvent,  // the driver's mistake, not the target's
};

}  // namespace isboot::boot

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<boot::SessionErrc> = 6;
}  // namespace isboot

namespace isboot::boot {

enum class SessionState : std::uint8_t {
  Created,      // the kernel has its session object, no connection yet
  Connecting,   // TCP is under way
  LoggingIn,    // login PDUs go to and fro
  LookingUp,    // the name that the target redirects to is looked up
  HandingOver,  // the kernel is taking the socket
  HandedOver,   // the kernel carries the session
  LoggingOut,   // the target wants that, and has not answered yet
  Lost,         // the kernel is letting go of a dead connection
  Waiting,      // until the next try
  Gone,         // over: given up, or detached
};

// A driver's answer to LookUp where it has no resolver.
inline constexpr Error kNoLookUp{SessionErrc::RedirectToName, 0,
                                 "the target redirects to a name, which nobody here looks up"};

// What happened. Made with the functions below, one for each kind.
struct SessionEvent {
  enum class Kind : std::uint8_t {
    Start,       // begin
    Adopt,       // go on with a session that the kernel already carries; `time2wait`
    Connected,   // TCP is up
    Received,    // `bytes` from the target, at most what was wanted
    Failed,      // connecting, sending, receiving, looking up or handing over failed: `error`
    Found,       // the name is that of `address`
    HandedOver,  // the kernel has the socket
    Lost,        // the connection is dead, or will be soon: `error`, `time2wait`
    LogOut,      // the target asks for that: `error` has its words
    LoggedOut,   // the target's answer: `time2wait`
    Recovered,   // the kernel let go; `cmd_sn` is for the next login
    Due,         // the time of Step::Wait has come
    Detach,      // nobody wants the session any more
  };
  Kind kind = Kind::Start;
  Bytes bytes{};
  std::uint32_t cmd_sn = 0;
  Error error{};
  // Seconds before the next login: what the target said now; nothing: what was agreed on.
  std::optional<std::uint16_t> time2wait{};
  IpAddress address{};

  static SessionEvent start() { return {.kind = Kind::Start}; }
  // `agreed`: DefaultTime2Wait of the login before.
  static SessionEvent adopt(std::uint16_t agreed) {
    return {.kind = Kind::Adopt, .time2wait = agreed};
  }
  static SessionEvent connected() { return {.kind = Kind::Connected}; }
  static SessionEvent received(Bytes bytes) { return {.kind = Kind::Received, .bytes = bytes}; }
  static SessionEvent failed(const Error& error) { return {.kind = Kind::Failed, .error = error}; }
  static SessionEvent found(const IpAddress& address) {
    return {.kind = Kind::Found, .address = address};
  }
  static SessionEvent handed_over() { return {.kind = Kind::HandedOver}; }
  static SessionEvent lost(const Error& error, std::optional<std::uint16_t> time2wait = {}) {
    return {.kind = Kind::Lost, .error = error, .time2wait = time2wait};
  }
  static SessionEvent log_out(const Error& words) { return {.kind = Kind::LogOut, .error = words}; }
  static SessionEvent logged_out(std::uint16_t time2wait) {
    return {.kind = Kind::LoggedOut, .time2wait = time2wait};
  }
  static SessionEvent recovered(std::uint32_t cmd_sn) {
    return {.kind = Kind::Recovered, .cmd_sn = cmd_sn};
  }
  static SessionEvent due() { return {.kind = Kind::Due}; }
  static SessionEvent detach() { return {.kind = Kind::Detach}; }
};

// What to do next, and with which event to come back.
struct SessionStep {
  enum class Kind : std::uint8_t {
    Connect,   // to `portal`: Connected or Failed
    Send,      // `send`, then receive at most `wanted` bytes: Received or Failed
    Receive,   // at most `wanted` bytes: Received or Failed
    LookUp,    // the address of `host`: Found or Failed
    HandOver,  // the connection with `params`: HandedOver or Failed
    Recover,   // make the kernel let go: Recovered or Failed
    LogOut,    // ask the target for it: LoggedOut, Lost, or Failed at `deadline`
    Wait,      // until `deadline`: Due. `error` says what the last try failed of, or the session
    Carried,   // nothing, until Lost, LogOut or Detach
    Stop,      // for good; `error` says why (Errc::Cancelled: it was detached)
  };
  Kind kind = Kind::Stop;
  Millis deadline = 0;  // of Connect, Send, Receive, LookUp, LogOut, Wait: on the driver's clock
  Portal portal{};
  Bytes send{};  // borrows from the Session until its next call
  Text host{};   // so does this
  std::size_t wanted = 0;
  Error error{};
};

inline constexpr Millis kNeverGiveUp = UINT64_MAX;  // not for refusals either

struct SessionLimits {
  // For TCP to come up. The kernel asks after 0, 1 and 3 s: the next try would be late at 7 s.
  Millis connect = 4'000;
  // For each login response, twice as long after each that was too late; and to look a name up.
  Millis answer = 15'000;
  Millis give_up = 0;  // the time (not a span) at which the first login is given up; kNeverGiveUp
  std::uint32_t retries = UINT32_MAX;  // of the first login
};

class Session {
public:
  static constexpr std::uint32_t kMaxRedirects = 4;
  // Seconds. A target may say 65535, and root's I/O would wait for 18 hours: one that wants more
  // than this is asked sooner. It refuses what comes too early, and is tried again.
  static constexpr std::uint16_t kMostTime2Wait = 60;

  // Borrows all but the portal and the limits for its life. The CmdSN of each login, and the
  // CHAP algorithms that a target understands, are written into `login`; its secrets are copied
  // nowhere.
  Session(const Portal& portal, iscsi::LoginConfig& login, const SessionLimits& limits, Hash& hash,
          Entropy& entropy);
  // As above, for a session that was led to `home` by a name that nobody here can look up again:
  // its tries start there and at `given` in turn. Absent: at `given` alone.
  Session(const Portal& given, const Portal& home, iscsi::LoginConfig& login,
          const SessionLimits& limits, Hash& hash, Entropy& entropy);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The one step function. An event that does not fit the state ends the session with
  // SessionErrc::UnexpectedEvent.
  SessionStep on_event(const SessionEvent& event, Millis now);

  // The server has several addresses, and this one is the next to be tried. Before the first login.
  void start_at(const Portal& portal) { given_ = home_ = portal; }

  SessionState state() const { return state_; }
  const Portal& portal() const { return portal_; }  // where the last connection went
  // Where a permanent redirect has led to a login that succeeded, else the one that was given.
  const Portal& home() const { return home_; }
  // Whether a redirect to a name has led to portal(), in this try.
  bool found_by_name() const { return found_by_name_; }
  const iscsi::SessionParams& params() const { return params_; }
  // The target's refusal in words, with what to do; empty when it did not refuse.
  Text refusal() const { return refusal_; }
  // Of the login that failed last: the key or field, its value and the stage; empty where no login
  // was reached.
  Text fault() const { return fault_; }
  // What the target did in this login that was made safe. Gone when the session is handed over.
  std::span<const iscsi::Note> notes() const {
    return login_ ? login_->notes() : std::span<const iscsi::Note>{};
  }
  // That succeeded, the one before an adoption among them.
  std::uint32_t logins() const { return logins_; }
  std::uint32_t tries() const { return tries_; }  // since the last success

private:
  SessionStep carried();
  SessionStep log_out(const Error& words, Millis now);
  SessionStep on_loss(const SessionEvent& event, Millis now);
  SessionStep on_recovered(std::uint32_t cmd_sn, Millis now);
  void allow_no_login_before(std::optional<std::uint16_t> time2wait, Millis now);
  SessionStep try_again(Millis now);
  SessionStep connect(const Portal& portal, Millis now);
  SessionStep on_login_step(const iscsi::LoginStep& step, Millis now);
  SessionStep on_login_cut_off(const Error& error, Millis now);
  SessionStep redirect(Millis now);
  // A redirect that is not followed; `portal` is where it would lead.
  SessionStep on_redirected(const Error& error, const Portal& portal, Millis now);
  SessionStep go_on_at(const Portal& portal, Millis now);
  SessionStep on_failure(const Error& error, Millis now,
                         iscsi::RetryPolicy policy = iscsi::RetryPolicy::Soon);
  SessionStep on_kernel_failure(const Error& error, Millis now);
  SessionStep wait(const Error& error, Millis delay, Millis now);
  SessionStep recover();
  SessionStep stop(const Error& error);
  bool may_give_up() const { return logins_ == 0 && limits_.give_up != kNeverGiveUp; }
  // `span` from now, but never past the end of the first login's time.
  Millis until(Millis span, Millis now) const;

  Portal given_;                    // by whoever made the session
  Portal home_;                     // each new try starts there, or at given_ in turn
  std::optional<Portal> moves_to_;  // home_, by a permanent redirect, once a login succeeded so
  bool at_given_ = false;           // this try started at given_
  bool found_by_name_ = false;
  iscsi::LoginConfig& config_;
  SessionLimits limits_;
  Hash& hash_;
  Entropy& entropy_;

  SessionState state_ = SessionState::Created;
  Portal portal_;
  std::optional<iscsi::Login> login_;
  iscsi::SessionParams params_;
  InlineText<160> refusal_;
  iscsi::FaultText fault_;
  std::optional<Error> hand_over_error_;
  Error loss_{};           // the last one
  Millis not_before_ = 0;  // of the next login
  Millis answer_span_;     // for the next response
  Millis answer_by_ = 0;   // the whole of the response that is awaited
  Backoff backoff_;
  List<Portal, kMaxRedirects + 1> visited_;  // in this try
  std::uint32_t tries_ = 0;
  std::optional<Millis> refused_since_;  // for good, since the last success
  std::uint32_t logins_ = 0;
};

}  // namespace isboot::boot
