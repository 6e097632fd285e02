// The end of one session without blocking on the target: its disks away (their caches flushed),
// log out, and the kernel's objects gone. When the machine ends with it, disks and objects stay: a
// newer kernel shuts a file system down whose disk goes, also one that is mounted read-only (seen
// on 6.12: ext4 says so, aborts its journal and fails its last write). No I/O: each event is
// answered by one Do.
#pragma once

#include "core/keep/time.h"

namespace isboot::keep {

class SessionEnd {
public:
  enum class State : std::uint8_t {
    None,        // the session goes on
    Unbinding,   // the kernel takes the disks away, which waits for the target
    Returning,   // the disks stay, and the target is away: it may come back to be told
    LastLook,    // the time is up: are the disks gone after all? (a notice lost, an earlier end)
    LoggingOut,  // the target is told
    Over,        // the kernel's objects are to go
  };
  enum class Event : std::uint8_t {
    Unbound,      // the disks are gone, as the kernel says or sysfs shows
    StillBound,   // sysfs shows that they are not
    Carried,      // there is a connection (again)
    SaidGoodbye,  // the target answered, or closed the connection
    Refused,      // the kernel did not take the last Do
    Time,         // perhaps it is due
  };
  enum class Do : std::uint8_t {
    Nothing,
    Unbind,
    Look,     // into sysfs: Unbound or StillBound
    LogOut,   // SaidGoodbye
    Destroy,  // … now it is Over
    Leave,    // it is Over, and the kernel is to keep what it has, without a connection
    Fail,     // Destroy, although I/O still waits: the user's limit is over
  };

  // All of it is to be over at `limit`; what is not done then is torn down.
  Do begin(Millis limit);
  // The same with the machine, whose disks were written back before; `carried` as below.
  Do begin_with_machine(Millis limit, bool carried, Millis now);
  // `carried`: whether there is a connection to say goodbye on. A pair of state and event that
  // is not expected (a notice that comes late, or twice) changes nothing.
  Do on_event(Event event, bool carried, Millis now);

  State state() const { return state_; }
  bool under_way() const { return state_ != State::None && state_ != State::Over; }
  bool has_said_goodbye() const { return state_ == State::LoggingOut || state_ == State::Over; }
  Millis deadline() const { return deadline_; }

private:
  Do log_out(Millis now);
  Do look(Millis now);
  Do said_goodbye() { return over(leave_ ? Do::Leave : Do::Destroy); }
  Do over(Do how);

  State state_ = State::None;
  bool leave_ = false;
  Millis limit_ = 0;
  Millis deadline_ = kNever;
};

}  // namespace isboot::keep
