#include "platform/linux/keeper/kept_session.h"

#include <poll.h>

#include "core/keep/session_events.h"
#include "core/ports/line.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

using boot::SessionEvent;
using boot::SessionState;
using boot::SessionStep;

// Each line of the log begins with the session: "session 1: …".
class SessionLine : public Line {
public:
  explicit SessionLine(SessionId session) { (out() << "session ").decimal(session.value) << ": "; }
  SessionLine& seconds(Millis span) {
    out().decimal(span / 1000) << '.';
    const Millis rest = span % 1000;
    out() << static_cast<char>('0' + rest / 100) << static_cast<char>('0' + rest / 10 % 10)
          << static_cast<char>('0' + rest % 10) << " s";
    return *this;
  }
};

}  // namespace

KeptSession::KeptSession(SessionRecord& record, const KeeperPorts& ports)
    : record_{record},
      ports_{ports},
      session_{record.kernel.portal, record.found_by_name,
               record.login,         boot::SessionLimits{.give_up = boot::kNeverGiveUp},
               ports.hash,           ports.entropy},
      stream_{ports.clock} {}

Result<Done> KeptSession::start(bool alive) {
  const bool was_connected = alive || record_.logged_in;
  ISBOOT_TRY(ports_.initiator.adopt(record_.session, record_.kernel, was_connected));
  keep::begin(history_, ports_.clock.now());
  if (!was_connected) {
    on_event(SessionEvent::start());
    return Done{};
  }
  record_.logged_in = true;
  on_event(SessionEvent::adopt(record_.time2wait));
  if (!alive)
    on_decision({.kind = keep::Action::Kind::Lose,
                 .error = {Errc::Closed, 0, "the connection was lost before the keeper came"}});
  return Done{};
}

void KeptSession::on_decision(const keep::Action& action) {
  const auto event = keep::event_of(action, state());
  if (!event) return;
  if (carried()) note_loss(action.error);
  on_event(*event);
}

void KeptSession::note_loss(const Error& error) {
  keep::on_lost(history_, error, ports_.clock.now());
  SessionLine line{record_.session};
  line.add(error, ports_.log).out() << "; I/O waits until it is back";
  tell(keep::Happening::Lost, LogLevel::Warning, line.text());
}

void KeptSession::on_ready() {
  if (state() == SessionState::Connecting) {
    const auto up = stream_.finish_connect();
    if (!up) return on_event(connect_failed(up.error()));
    unreachable_ = false;
    on_event(SessionEvent::connected());
  } else if (state() == SessionState::LoggingIn) {
    on_event(receive());
  }
}

void KeptSession::on_time() {
  const SessionEvent event = keep::event_of_time(state());
  on_event(state() == SessionState::Connecting ? connect_failed(event.error) : event);
}

void KeptSession::on_event(const SessionEvent& event) {
  std::optional<SessionEvent> next = event;
  while (next) {
    waiting_ = {};
    const SessionStep step = session_.on_event(*next, ports_.clock.now());
    next = carry_out(step);
  }
}

std::optional<SessionEvent> KeptSession::carry_out(const SessionStep& step) {
  switch (step.kind) {
    case SessionStep::Kind::Connect:
      return connect(step);
    case SessionStep::Kind::Send:
      return send(step);
    case SessionStep::Kind::Receive:
      wanted_ = step.wanted;
      wait_for(POLLIN, step.deadline);
      return std::nullopt;
    case SessionStep::Kind::LookUp:
      return SessionEvent::failed(boot::kNoLookUp);
    case SessionStep::Kind::HandOver: {
      const auto taken = ports_.initiator.hand_over(record_.session, stream_, session_.params());
      return taken ? SessionEvent::handed_over() : SessionEvent::failed(taken.error());
    }
    case SessionStep::Kind::Recover: {
      stream_.close();
      const auto cmd_sn = ports_.initiator.recover(record_.session);
      return cmd_sn ? SessionEvent::recovered(*cmd_sn) : SessionEvent::failed(cmd_sn.error());
    }
    case SessionStep::Kind::LogOut: {
      const auto asked = ports_.initiator.log_out(record_.session);
      if (!asked) return SessionEvent::failed(asked.error());
      waiting_.deadline = step.deadline;
      return std::nullopt;
    }
    case SessionStep::Kind::Wait:
      stream_.close();
      if (keep::on_failed(history_, step.error, session_.refusal(), session_.tries(),
                          ports_.clock.now()))
        say_failure(step.error, "; trying again");
      waiting_.deadline = step.deadline;
      return std::nullopt;
    case SessionStep::Kind::Carried:
      log_carried();
      return std::nullopt;
    case SessionStep::Kind::Stop:
      stream_.close();
      keep::on_given_up(history_, step.error, session_.refusal());
      say_failure(step.error, "; given up");
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<SessionEvent> KeptSession::connect(const SessionStep& step) {
  std::uint32_t by = record_.link;
  if (record_.nic) {
    const auto nic = ports_.nics.mend(*record_.nic, LinkId{record_.link}, unreachable_);
    if (!nic) return SessionEvent::failed(nic.error());
    changed_ = changed_ || nic->link.index != record_.link;
    record_.link = nic->link.index;
    by = nic->by.index;
  }
  const auto started =
      stream_.start_connect(step.portal, {by, record_.nic && record_.nic->config.apart});
  if (!started) return connect_failed(started.error());
  wait_for(POLLOUT, step.deadline);
  return std::nullopt;
}

// A refusal is an answer as well: the network is there.
SessionEvent KeptSession::connect_failed(const Error& error) {
  unreachable_ = errno_of(error.code) != ECONNREFUSED;
  return SessionEvent::failed(error);
}

std::optional<SessionEvent> KeptSession::send(const SessionStep& step) {
  // A login request always fits the empty buffer of a new connection: this returns at once.
  const auto sent = stream_.send(step.send, ports_.clock.now());
  if (!sent) return SessionEvent::failed(sent.error());
  wanted_ = step.wanted;
  wait_for(POLLIN, step.deadline);
  return std::nullopt;
}

SessionEvent KeptSession::receive() {
  const std::size_t count = wanted_ < buffer_.size() ? wanted_ : buffer_.size();
  const auto got = stream_.receive(MutableBytes{buffer_}.first(count), waiting_.deadline);
  if (!got) return SessionEvent::failed(got.error());
  return SessionEvent::received(Bytes{buffer_}.first(*got));
}

void KeptSession::wait_for(short events, Millis deadline) {
  waiting_ = {stream_.descriptor(), events, deadline};
}

void KeptSession::say_failure(const Error& error, Text then) {
  SessionLine line{record_.session};
  line.out() << to_text(session_.portal()) << ": ";
  if (session_.refusal().empty())
    line.add(error, ports_.log);
  else
    line.out() << session_.refusal();
  if (!session_.fault().empty()) line.out() << ", " << session_.fault();
  line.out() << then;
  if (session_.refusal().empty())
    tell(keep::Happening::Failed, LogLevel::Warning, line.text());
  else
    tell(keep::Happening::Refused, LogLevel::Error, line.text());
}

void KeptSession::tell(keep::Happening what, LogLevel level, Text line) {
  ports_.log.write(level, line);
  ports_.journal.write({what, level, line, &record_, session_.portal()});
}

void KeptSession::log_carried() {
  const Millis now = ports_.clock.now();
  changed_ = changed_ || record_.time2wait != session_.params().time2wait;
  record_.time2wait = session_.params().time2wait;
  if (!record_.logged_in) {
    record_.logged_in = changed_ = true;
    SessionLine line{record_.session};
    line.out() << "logged in at " << to_text(session_.portal()) << ", after ";
    tell(keep::Happening::LoggedIn, LogLevel::Info, line.seconds(now - history_.since).text());
  } else if (session_.logins() > 1) {  // the first one is the adoption
    SessionLine line{record_.session};
    line.out() << "back at " << to_text(session_.portal()) << " after ";
    line.seconds(keep::on_back(history_, now));
    tell(keep::Happening::Back, LogLevel::Info, line.text());
  }
  keep::begin(history_, now);
  log_moved();
}

// By a redirect, or because a portal to which one led is no longer there.
void KeptSession::log_moved() {
  const Portal at = session_.portal();
  if (carried_at_ && *carried_at_ != at) {
    SessionLine line{record_.session};
    line.out() << "carried by " << to_text(at) << " from now on, not by " << to_text(*carried_at_);
    tell(keep::Happening::Moved, LogLevel::Info, line.text());
  }
  carried_at_ = at;
}

}  // namespace isboot::linux_platform
