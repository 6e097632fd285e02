#include "core/boot/log_in.h"

#include "core/boot/find_server.h"
#include "core/boot/growing_span.h"
#include "core/ports/line.h"

namespace isboot::boot {
namespace {

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
  if (session.params().chap_algorithm != 0)
    line.out() << (path.login.credentials.mutual() ? ", mutual CHAP" : ", CHAP");
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

// What is told of tries that fail: the same cause once, and then a word at growing spans. A path
// that is dead fails once a second, for minutes.
class Failures {
public:
  LogLevel level_of(const Error& cause, const Portal& portal, Millis now) {
    const bool known = cause.code == cause_ && portal == portal_;
    if (known && now < quiet_until_) return LogLevel::Detail;
    if (!known) quiet_ = kQuiet;
    cause_ = cause.code;
    portal_ = portal;
    quiet_until_ = now + quiet_.next();
    return LogLevel::Warning;
  }

private:
  static constexpr GrowingSpan kQuiet{5'000, 60'000};
  Code cause_;
  Portal portal_;
  GrowingSpan quiet_ = kQuiet;
  Millis quiet_until_ = 0;
};

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
        log_failure(failures_.level_of(step.error, session_.portal(), ports_.clock.now()), session_,
                    path_, step.error, ports_, "; trying again");
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
    const MutableBytes room{ports_.room.received};
    const std::size_t count = step.wanted < room.size() ? step.wanted : room.size();
    const auto got = ports_.stream.receive(room.first(count), step.deadline);
    if (!got) return SessionEvent::failed(got.error());
    return SessionEvent::received(room.first(*got));
  }

  Session& session_;
  const Path& path_;
  BootSession& made_;
  Ports& ports_;
  LogLevel told_;
  FoundPath* found_;
  Failures failures_;
};

}  // namespace

Result<Done> log_in(const Path& path, const Parameters& parameters, Millis give_up, Ports& ports,
                    BootSession& made, LogLevel told, FoundPath* found) {
  const SessionLimits limits{.give_up = give_up, .retries = parameters.retries};
  Session& session =
      ports.room.session.emplace(path.portal, made.login, limits, ports.hash, ports.entropy);
  const auto carried = Driver{session, path, made, ports, told, found}.run();
  ports.network.tell_conflict();
  made.kernel.portal = session.home();
  made.found_by_name = session.found_by_name() ? session.portal() : Portal{};
  ISBOOT_TRY(carried);
  made.logged_in = true;
  made.time2wait = session.params().time2wait;
  return Done{};
}

}  // namespace isboot::boot
