#include "core/boot/establish.h"

#include "core/boot/await_disk.h"
#include "core/boot/find_server.h"
#include "core/boot/log_in.h"
#include "core/ports/line.h"

namespace isboot::boot {
namespace {

void log_no_disk(const Path& path, const Error& error, Log& log) {
  Line line;
  line.out() << "LUN " << to_text(path.lun) << " of " << path.login.target_name << ": ";
  line.add(error, log);
  line.out() << "; check the LUN in the firmware and the access list at the target";
  log.write(LogLevel::Error, line.text());
}

// Completes `made`.
Result<Done> bring_up(const Path& path, const Parameters& parameters, Nic nic, Millis give_up,
                      Ports& ports, BootSession& made, FoundPath* found) {
  if (nic == Nic::BringUp) ISBOOT_TRY(ports.network.wait_ready(give_up));
  ISBOOT_TRY(log_in(path, parameters, give_up, ports, made, LogLevel::Info, found));
  const auto disk = await_disk(path, parameters, give_up, ports, made);
  if (!disk) {
    // A login that failed has told of it.
    if (made.logged_in) log_no_disk(path, disk.error(), ports.log);
    return disk.error();
  }
  made.disk = *disk;
  ports.network.tell_conflict();
  Line line;
  line.out() << "LUN " << to_text(path.lun) << " of " << path.login.target_name << " is " << *disk;
  ports.log.write(LogLevel::Info, line.text());
  return Done{};
}

void configure(SessionConfig& config, const Path& path, const Parameters& parameters) {
  config.portal = path.portal;
  config.initial_cmd_sn = path.login.cmd_sn;
  if (parameters.recovery != kForEver) config.recovery_timeout = parameters.recovery;
  config.ping_after = parameters.ping_after;
  config.ping_limit = parameters.ping_limit;
  config.initiator_name = path.login.initiator_name;
  config.target_name = path.login.target_name;
}

Result<Done> establish_with(Nic nic, const Path& path, const Parameters& parameters, Millis give_up,
                            Ports& ports, Unanswered unanswered, FoundPath* found = nullptr) {
  BootSession& made = ports.room.made.emplace();
  const auto fail = [&](const Error& error) {
    ports.room.made.reset();
    return error;
  };
  const auto may_come_later = [&] {
    return unanswered == Unanswered::Left && ports.clock.now() >= give_up;
  };
  made.lun = path.lun;
  made.login = path.login;
  made.origin = path.origin;
  configure(made.kernel, path, parameters);
  const auto isid = iscsi::random_isid(ports.entropy, path.target_index);
  if (!isid) return fail(isid.error());
  made.login.isid = *isid;
  if (nic == Nic::BringUp) made.nic = NicSetup{path.nic, path.link};
  // The session takes the kernel milliseconds and needs no network: they pass while the link
  // comes up.
  const auto link = configure_link(path, nic, give_up, ports);
  if (!link && !may_come_later()) return fail(link.error());
  const auto session = create_session(made.kernel, ports);
  if (!session) return fail(session.error());
  made.session = *session;
  take_isid(made, ports);
  if (link) made.link = *link;
  auto done = link ? bring_up(path, parameters, nic, give_up, ports, made, found)
                   : Result<Done>{link.error()};
  ports.stream.close();
  if (done || (!made.logged_in && may_come_later())) return done;
  ports.initiator.destroy(made.session);
  return fail(done.error());
}

// The NIC comes first, as far as it goes without the target.
Result<Done> establish_by_name(Nic nic, const Path& path, const Parameters& parameters,
                               Millis give_up, Ports& ports, Unanswered unanswered) {
  ports.room.made.reset();
  const LinkId link = ISBOOT_TRY(configure_link(path, nic, give_up, ports));
  if (nic == Nic::BringUp) ISBOOT_TRY(ports.network.wait_ready(give_up));
  const names::Addresses addresses =
      ISBOOT_TRY(nic == Nic::BringUp ? await_server(path, link, give_up, ports)
                                     : find_server(path.host, path, Over::Routes, link, give_up,
                                                   ports, LogLevel::Error));
  FoundPath& found = ports.room.found.emplace();
  found.path = path;
  found.addresses = addresses;
  found.nic = nic;
  found.give_up = give_up;
  found.take(0);
  return establish_with(nic, found.path, parameters, give_up, ports, unanswered, &found);
}

}  // namespace

Result<Done> establish(const Path& path, const Parameters& parameters, Millis give_up, Ports& ports,
                       Unanswered unanswered) {
  if (!path.host.empty())
    return establish_by_name(Nic::BringUp, path, parameters, give_up, ports, unanswered);
  return establish_with(Nic::BringUp, path, parameters, give_up, ports, unanswered);
}

Result<Done> establish_over_routes(const Path& path, const Parameters& parameters, Millis give_up,
                                   Ports& ports) {
  if (!path.host.empty())
    return establish_by_name(Nic::LeaveAlone, path, parameters, give_up, ports,
                             Unanswered::TakenBack);
  return establish_with(Nic::LeaveAlone, path, parameters, give_up, ports, Unanswered::TakenBack);
}

}  // namespace isboot::boot
