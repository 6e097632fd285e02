// What the keeper asks of the kernel's initiator beyond what a boot does.
#pragma once

#include "core/ports/initiator.h"

namespace isboot::linux_platform {

class SessionKeeping : public Initiator {
public:
  // Opens the way to the kernel ahead of its first use. Again: a way of its own for a process
  // that was forked; that opens no file.
  virtual Result<Done> open() = 0;
  // Takes over a session that another process made: of `config`, initial_cmd_sn is what
  // it was made with. `connected`: the kernel has a socket for it, dead or alive.
  virtual Result<Done> adopt(SessionId session, const SessionConfig& config, bool connected) = 0;

  // The end of a session, in this order. Its disks go, with their caches flushed; that is
  // over when IscsiNotice::Kind::Unbound comes.
  virtual Result<Done> unbind(SessionId session) = 0;
  // The target's answer comes as an IscsiNotice::Kind::Pdu.
  virtual Result<Done> log_out(SessionId session) = 0;
  // … and destroy(). When the machine ends, instead: everything stays but the connection, and what
  // needs the disk then fails at once.
  virtual void leave(SessionId session) = 0;
  // It is somebody else's from now on, or nobody's: the kernel is asked nothing, and another
  // session may get its number.
  virtual void forget(SessionId session) = 0;

protected:
  ~SessionKeeping() = default;
};

}  // namespace isboot::linux_platform
