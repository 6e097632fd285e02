#include "core/boot/establish.h"

#include "core/boot/find_server.h"
#include "core/boot/growing_span.h"
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

void log_connected(LogLevel level, const Session& session, Log& log) {
  Line line;
  line.out() << "connected to " << to_text(session.portal());
  log.write(level, line.text());
}

void log_handed_over(LogLevel level, const Session& session, const Path& path, SessionId id,
                     Log& log) {
  Line line;
  line.out() << "logged in to " << path.login.target_name << ", session ";
  line.out().decimal(id.value) << " is the kernel's";
  if (session.params().header_digest) line.out() << ", header digest";
  if (session.params().data_digest) line.out() << ", data digest";
  log.write(level, line.text());
}

// What the target did that isboot made safe, a line each.
void log_notes(const Session& session, const Path& path, Log& log) {
  for (const iscsi::Note& note : session.notes()) {
    Line line;
    line.out() << to_text(session.portal()) << ", " << path.login.target_name << ": "
               << to_text(note);
    log.write(LogLevel::Detail, line.text());
  }
}

// "10.0.2.2:3260, iqn.…: authentication failed (0x0201): check the CHAP name and secret"
void log_failure(LogLevel level, const Session& session, const Path& path, const Error& error,
                 const Ports& ports, Text then) {
  Line line;
  line.out() << to_text(session.portal()) << ", " << path.login.target_name << ": ";
  if (session.refusal().empty())
    line.add(error, ports.log);
  else
    line.out() << session.refusal();
  if (!session.fault().empty()) line.out() << ", " << session.fault();
  // A wrong VLAN looks like a target that is away.
  if (session.refusal().empty() && path.link.vlan != 0)
    (line.out() << ", in VLAN ").decimal(path.link.vlan);
  line.out() << then;
  ports.log.write(level, line.text());
}

// Two sessions for one would be seen at the target if somebody else logs in, too.
void take_isid(BootSession& made, Ports& ports) {
  if (const auto own = ports.initiator.isid(made.session)) made.login.isid.bytes = *own;
}

enum class Nic : std::uint8_t { BringUp, LeaveAlone };

// The link that carries the path's address; none when it is left alone.
Result<LinkId> configure_link(const Path& path, Nic nic, Millis give_up, Ports& ports) {
  if (nic == Nic::LeaveAlone) return path.over;
  const LinkId link = ISBOOT_TRY(ports.network.find_link(path.nic, give_up));
  return ports.network.configure(link, path.link, give_up);
}

Result<SessionId> create_session(const SessionConfig& config, Ports& ports) {
  auto session = ports.initiator.create(config);
  if (session) return session;
  Line line;
  line.out() << "the kernel makes no iSCSI session: ";
  line.add(session.error(), ports.log);
  line.out() << "; is its iSCSI initiator loaded (Linux: iscsi_tcp, FreeBSD: iscsi)?";
  ports.log.write(LogLevel::Error, line.text());
  return session;
}

// A path whose server was found by its name: each try goes to the next of the addresses.
struct FoundPath {
  Path path;
  names::Addresses addresses;
  Nic nic;
  Millis give_up;
  std::size_t at = 0;  // of the address that the path has

  void take(std::size_t number) {
    at = number;
    path.portal.address = path.link.target = addresses[number];
  }
};

// The next address of the server, all of it: its route, and what the kernel shows of the session.
Result<Done> move_on(FoundPath& found, BootSession& made, Ports& ports) {
  found.take((found.at + 1) % found.addresses.count);
  if (found.nic == Nic::BringUp) {
    made.link = ISBOOT_TRY(configure_link(found.path, found.nic, found.give_up, ports));
    ISBOOT_TRY(ports.network.wait_ready(found.give_up));
    made.nic = NicSetup{found.path.nic, found.path.link};
  }
  made.kernel.portal = found.path.portal;
  ports.initiator.destroy(made.session);
  made.session = ISBOOT_TRY(create_session(made.kernel, ports));
  take_isid(made, ports);
  return Done{};
}

// Carries out a step that has an answer, until the kernel has the session.
class Driver {
public:
  // `told`: of what goes well. `found`: the path, where its server has several addresses.
  Driver(Session& session, const Path& path, BootSession& made, Ports& ports, LogLevel told,
         FoundPath* found)
      : session_{session}, path_{path}, made_{made}, ports_{ports}, told_{told}, found_{found} {}

  Result<Done> run() {
    SessionStep step = session_.on_event(SessionEvent::start(), ports_.clock.now());
    while (step.kind != SessionStep::Kind::Carried) {
      if (step.kind == SessionStep::Kind::Stop) {
        log_failure(LogLevel::Error, session_, path_, step.error, ports_, "");
        return step.error;
      }
      step = session_.on_event(carry_out(step), ports_.clock.now());
    }
    log_handed_over(told_, session_, path_, made_.session, ports_.log);
    return Done{};
  }

private:
  SessionEvent carry_out(const SessionStep& step) {
    switch (step.kind) {
      case SessionStep::Kind::Connect:
        return connect(step);
      case SessionStep::Kind::Send: {
        const auto sent = ports_.stream.send(step.send, step.deadline);
        return sent ? receive(step) : SessionEvent::failed(sent.error());
      }
      case SessionStep::Kind::Receive:
        return receive(step);
      case SessionStep::Kind::HandOver: {
        log_notes(session_, path_, ports_.log);
        const auto taken =
            ports_.initiator.hand_over(made_.session, ports_.stream, session_.params());
        return taken ? SessionEvent::handed_over() : SessionEvent::failed(taken.error());
      }
      case SessionStep::Kind::Recover: {
        const auto cmd_sn = ports_.initiator.recover(made_.session);
        take_isid(made_, ports_);
        return cmd_sn ? SessionEvent::recovered(*cmd_sn) : SessionEvent::failed(cmd_sn.error());
      }
      case SessionStep::Kind::Wait:
        ports_.stream.close();
        log_failure(LogLevel::Warning, session_, path_, step.error, ports_, "; trying again");
        ports_.network.tell_conflict();  // it may be why
        ports_.clock.sleep_until(step.deadline);
        return next_try();
      case SessionStep::Kind::LookUp:
        return look_up(step);
      case SessionStep::Kind::LogOut:  // never before it is carried
      case SessionStep::Kind::Carried:
      case SessionStep::Kind::Stop:
        break;
    }
    return SessionEvent::detach();
  }

  SessionEvent connect(const SessionStep& step) {
    const auto up =
        ports_.stream.connect(step.portal, {made_.link.index, path_.link.apart}, step.deadline);
    if (!up) return SessionEvent::failed(up.error());
    log_connected(told_, session_, ports_.log);
    return SessionEvent::connected();
  }

  SessionEvent look_up(const SessionStep& step) {
    const Over over = made_.nic ? Over::Nic : Over::Routes;
    const auto found =
        find_server(step.host, path_, over, made_.link, step.deadline, ports_, LogLevel::Warning);
    return found ? SessionEvent::found((*found)[0]) : SessionEvent::failed(found.error());
  }

  SessionEvent next_try() {
    if (found_ == nullptr || found_->addresses.count < 2) return SessionEvent::due();
    // What has failed is told of by then.
    if (!move_on(*found_, made_, ports_)) return SessionEvent::detach();
    session_.start_at(found_->path.portal);
    return SessionEvent::due();
  }

  SessionEvent receive(const SessionStep& step) {
    const std::size_t count = step.wanted < buffer_.size() ? step.wanted : buffer_.size();
    const auto got = ports_.stream.receive(MutableBytes{buffer_}.first(count), step.deadline);
    if (!got) return SessionEvent::failed(got.error());
    return SessionEvent::received(Bytes{buffer_}.first(*got));
  }

  Session& session_;
  const Path& path_;
  BootSession& made_;
  Ports& ports_;
  LogLevel told_;
  FoundPath* found_;
  std::array<std::uint8_t, 2048> buffer_{};
};

void log_no_disk(const Path& path, const Error& error, Log& log) {
  Line line;
  line.out() << "LUN " << to_text(path.lun) << " of " << path.login.target_name << ": ";
  line.add(error, log);
  line.out() << "; check the LUN in the firmware and the access list at the target";
  log.write(LogLevel::Error, line.text());
}

// "LUN 1 of iqn.…: the target has no such LUN: not there yet, looking for 115 s more"
void log_not_yet(const Path& path, const Error& error, Millis left, Log& log) {
  Line line;
  line.out() << "LUN " << to_text(path.lun) << " of " << path.login.target_name << ": ";
  line.add(error, log);
  line.out() << ": not there yet, looking for ";
  line.out().decimal(left / 1000) << " s more";
  log.write(LogLevel::Warning, line.text());
}

// Until the kernel has the session.
Result<Done> log_in(const Path& path, const Parameters& parameters, Millis give_up, Ports& ports,
                    BootSession& made, LogLevel told, FoundPath* found = nullptr) {
  const SessionLimits limits{.give_up = give_up, .retries = parameters.retries};
  Session session{path.portal, made.login, limits, ports.hash, ports.entropy};
  const auto carried = Driver{session, path, made, ports, told, found}.run();
  ports.network.tell_conflict();
  made.kernel.portal = session.home();
  made.found_by_name = session.found_by_name() ? session.portal() : Portal{};
  ISBOOT_TRY(carried);
  made.logged_in = true;
  made.time2wait = session.params().time2wait;
  return Done{};
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

// The disk, whenever it appears before `give_up`.
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

SessionConfig config_of(const Path& path, const Parameters& parameters) {
  SessionConfig config{.portal = path.portal};
  config.initial_cmd_sn = path.login.cmd_sn;
  if (parameters.recovery != kForEver) config.recovery_timeout = parameters.recovery;
  config.ping_after = parameters.ping_after;
  config.ping_limit = parameters.ping_limit;
  config.initiator_name = path.login.initiator_name;
  config.target_name = path.login.target_name;
  return config;
}

Result<BootSession> establish_with(Nic nic, const Path& path, const Parameters& parameters,
                                   Millis give_up, Ports& ports, std::optional<BootSession>* later,
                                   FoundPath* found = nullptr) {
  BootSession made{.lun = path.lun, .kernel = config_of(path, parameters), .login = path.login};
  made.login.isid = ISBOOT_TRY(iscsi::random_isid(ports.entropy, path.target_index));
  made.origin = path.origin;
  if (nic == Nic::BringUp) made.nic = NicSetup{path.nic, path.link};
  const auto may_come_later = [&] { return later != nullptr && ports.clock.now() >= give_up; };
  // The session takes the kernel milliseconds and needs no network: they pass while the link
  // comes up.
  const auto link = configure_link(path, nic, give_up, ports);
  if (!link && !may_come_later()) return link.error();
  made.session = ISBOOT_TRY(create_session(made.kernel, ports));
  take_isid(made, ports);
  if (link) made.link = *link;
  const auto done = link ? bring_up(path, parameters, nic, give_up, ports, made, found)
                         : Result<Done>{link.error()};
  ports.stream.close();
  if (done) return made;
  if (!made.logged_in && may_come_later())
    later->emplace(made);
  else
    ports.initiator.destroy(made.session);
  return done.error();
}

// The NIC comes first, as far as it goes without the target.
Result<BootSession> establish_by_name(Nic nic, const Path& path, const Parameters& parameters,
                                      Millis give_up, Ports& ports,
                                      std::optional<BootSession>* later) {
  const LinkId link = ISBOOT_TRY(configure_link(path, nic, give_up, ports));
  if (nic == Nic::BringUp) ISBOOT_TRY(ports.network.wait_ready(give_up));
  const names::Addresses addresses =
      ISBOOT_TRY(nic == Nic::BringUp ? await_server(path, link, give_up, ports)
                                     : find_server(path.host, path, Over::Routes, link, give_up,
                                                   ports, LogLevel::Error));
  FoundPath found{path, addresses, nic, give_up};
  found.take(0);
  return establish_with(nic, found.path, parameters, give_up, ports, later, &found);
}

}  // namespace

Result<BootSession> establish(const Path& path, const Parameters& parameters, Millis give_up,
                              Ports& ports, std::optional<BootSession>* later) {
  if (!path.host.empty())
    return establish_by_name(Nic::BringUp, path, parameters, give_up, ports, later);
  return establish_with(Nic::BringUp, path, parameters, give_up, ports, later);
}

Result<BootSession> establish_over_routes(const Path& path, const Parameters& parameters,
                                          Millis give_up, Ports& ports) {
  if (!path.host.empty())
    return establish_by_name(Nic::LeaveAlone, path, parameters, give_up, ports, nullptr);
  return establish_with(Nic::LeaveAlone, path, parameters, give_up, ports, nullptr);
}

}  // namespace isboot::boot
