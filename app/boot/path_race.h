// Several ways to the disk at the same time, each in a process of its own: what blocks in
// one (a NIC without carrier, a silent target) delays no other. The first with a disk wins;
// the others go on, also when the program that started them has become the system's init.
#pragma once

#include <string>

#include "core/ports/clock.h"
#include "core/ports/log.h"

namespace isboot::app {

// What race() calls for each path. Paths count from 0 here; people see them counted from 1.
class PathWork {
public:
  virtual ~PathWork() = default;

  // Called in the path's process. Returns the disk; an empty text when there is none, after the
  // log has said why. Blocks, but never past a limit that it knows itself.
  virtual std::string bring_up(std::size_t path, Log& log) = 0;
  // Called in the path's process after bring_up() found no disk. True when the path has a session
  // that may still get one: leave() follows as soon as another path has its disk, take_back() when
  // no path has.
  virtual bool may_come_later(std::size_t path) = 0;
  // Called once, in the process that called race(), when the first disk is there.
  virtual void before_leaving(Log& log) = 0;
  // Called in the path's process when its disk is there: for the first path before race()
  // returns, for the others only after the first one's call has ended.
  virtual void leave(std::size_t path, Log& log) = 0;
  // Called in the path's process in place of leave() when nobody takes the disk: the process that
  // called race() was killed, or no path has a disk.
  virtual void take_back(std::size_t path, Log& log) = 0;
};

// The disk of the first path that has one; empty when none has. Lines of `log` begin with
// the path's number. A path's process is no child of the session or of the terminal that
// this is called from, holds nothing of its standard streams, and its name begins with '@',
// so that systemd leaves it alone when it moves to the system's root (systemd:
// docs/ROOT_STORAGE_DAEMONS.md). It has a root of its own (platform/linux/system/own_root.h).
// One that is without a result at `limit` is killed: it should have ended before.
std::string race(PathWork& work, std::size_t first, std::size_t count, Millis limit, Clock& clock,
                 Log& log);

}  // namespace isboot::app
