#include "core/boot/await_disk.h"

#include "core/boot/growing_span.h"
#include "core/boot/log_in.h"
#include "core/ports/line.h"

namespace isboot::boot {
namespace {

// After a power loss a storage server answers a minute before its volumes are there. Some show a
// LUN that came late to new logins alone: each look is followed by one, and is longer than the
// last.
constexpr Millis kFirstLook = 5'000;
constexpr Millis kLongestLook = 60'000;
// A login takes less where the target answers at all.
constexpr Millis kShortestLogin = 1'000;

// "LUN 1 of iqn.…: the target has no such LUN: not there yet, looking for 115 s more"
void log_not_yet(const Path& path, const Error& error, Millis left, Log& log) {
  Line line;
  line.out() << "LUN " << to_text(path.lun) << " of " << path.login.target_name << ": ";
  line.add(error, log);
  line.out() << ": not there yet, looking for ";
  line.out().decimal(left / 1000) << " s more";
  log.write(LogLevel::Warning, line.text());
}

Millis time_to_wait(const BootSession& made) {
  const std::uint16_t seconds =
      made.time2wait < Session::kMostTime2Wait ? made.time2wait : Session::kMostTime2Wait;
  return seconds * Millis{1000};
}

// A new connection for the session that the kernel has. The login takes the place of the old one
// at the target, not before the time that was agreed on (RFC 7143 section 13.15).
Result<Done> log_in_again(const Path& path, const Parameters& parameters, Millis give_up,
                          Ports& ports, BootSession& made) {
  made.logged_in = false;
  made.login.cmd_sn = ISBOOT_TRY(ports.initiator.recover(made.session));
  take_isid(made, ports);
  const Millis due = ports.clock.now() + time_to_wait(made);
  ports.clock.sleep_until(due < give_up ? due : give_up);
  return log_in(path, parameters, give_up, ports, made, LogLevel::Detail);
}

bool may_still_come(const Error& error) {
  return error.code == Errc::NotFound || error.code == Errc::TimedOut;
}

// The last look lasts to the end: a login that could not be answered in time would fail in the
// place of the disk, and say so.
Millis end_of_look(Millis end, Millis give_up, const BootSession& made) {
  const Millis login = time_to_wait(made) + kShortestLogin;
  return end + login < give_up ? end : give_up;
}

}  // namespace

Result<DiskName> await_disk(const Path& path, const Parameters& parameters, Millis give_up,
                            Ports& ports, BootSession& made) {
  GrowingSpan looks{kFirstLook, kLongestLook};
  for (;;) {
    const Millis limit = end_of_look(looks.end(ports.clock.now(), give_up), give_up, made);
    auto disk = ports.initiator.find_disk(made.session, path.lun, limit);
    if (disk || !may_still_come(disk.error())) return disk;
    // A look that ended early must not make the next login come early, too.
    ports.clock.sleep_until(limit);
    if (ports.clock.now() >= give_up) return disk;
    log_not_yet(path, disk.error(), give_up - ports.clock.now(), ports.log);
    ISBOOT_TRY(log_in_again(path, parameters, give_up, ports, made));
  }
}

}  // namespace isboot::boot
