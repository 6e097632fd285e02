// The end of one session without blocking on the target: disks away (their caches
// flushed), log out, and the kernel's objects gone. Events in, as with boot::Session.
#pragma once

#include "core/ports/log.h"
#include "platform/linux/initiator/iscsi_events.h"
#include "platform/linux/initiator/session_keeping.h"

namespace isboot::linux_platform {

class SessionEnd {
public:
  enum class State : std::uint8_t { None, Unbinding, LoggingOut, Over };

  // `limit`: when all of it must be over; what is not done then is torn down, and I/O
  // that still waits fails.
  void begin(SessionId session, SessionKeeping& initiator, Log& log, Millis now, Millis limit);
  // `carried`: whether there is a connection to say goodbye on.
  void on_notice(const IscsiNotice& notice, bool carried, Millis now);
  void on_time();

  State state() const { return state_; }
  bool under_way() const { return state_ == State::Unbinding || state_ == State::LoggingOut; }
  Millis deadline() const { return deadline_; }

private:
  void finish();
  void say(LogLevel level, Text what);

  State state_ = State::None;
  SessionId session_;
  SessionKeeping* initiator_ = nullptr;
  Log* log_ = nullptr;
  Millis limit_ = 0;
  Millis deadline_ = 0;
};

}  // namespace isboot::linux_platform
