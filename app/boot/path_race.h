// Several ways to the disk at the same time, each in a process of its own: what blocks in
// one (a NIC without carrier, a silent target) delays no other. The first with a disk wins;
// the others go on, also when the program that started them has become the system's init.
#pragma once

#include <string>

#include "core/ports/clock.h"
#include "core/ports/log.h"

namespace isboot::app {

// What is done for each path. A path has the number that the user sees less 1.
class PathWork {
public:
  virtual ~PathWork() = default;

  // In the path's process: the disk; empty when there is none, and the log has said why.
  // Ends at a limit that it knows.
  virtual std::string bring_up(std::size_t path, Log& log) = 0;
  // In the path's process, when there is no disk: whether leave() is wanted all the same, as soon
  // as another path has one; then take_back() when none has.
  virtual bool may_come_later(std::size_t path) = 0;
  // In the caller's process, once, when the first disk is there.
  virtual void before_leaving(Log& log) = 0;
  // In the path's process, when its disk is there: of the first path before race() returns, of
  // the others after that, never two at a time with the first.
  virtual void leave(std::size_t path, Log& log) = 0;
  // In the path's process: whoever wanted the disk has been killed, or has none.
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
