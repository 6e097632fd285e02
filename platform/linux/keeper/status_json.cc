#include "platform/linux/keeper/status_json.h"

#include "core/base/utf8.h"

namespace isboot::linux_platform {
namespace {

Text name_of(boot::SessionState state) {
  switch (state) {
    case boot::SessionState::Created:
      return "created";
    case boot::SessionState::Connecting:
      return "connecting";
    case boot::SessionState::LoggingIn:
      return "logging in";
    case boot::SessionState::LookingUp:  // the keeper does not
      return "looking up";
    case boot::SessionState::HandingOver:
      return "handing over";
    case boot::SessionState::HandedOver:
      return "carried";
    case boot::SessionState::LoggingOut:
      return "logging out";
    case boot::SessionState::Lost:
      return "lost";
    case boot::SessionState::Waiting:
      return "waiting";
    case boot::SessionState::Gone:
      return "gone";
  }
  return "unknown";
}

// RFC 8259 section 7: quotes, backslashes and control characters are escaped. Section 8.1: it is
// UTF-8; a target may call its disk otherwise, and such a byte is shown as \xNN. One name that is
// odd must not make the status of all sessions unreadable.
void write_escaped(TextWriter& out, Text value) {
  while (!value.empty()) {
    const std::size_t size = utf8_character(value);
    const auto byte = static_cast<unsigned char>(value[0]);
    if (size == 0)
      (out << "\\\\x").hex(byte, 2);
    else if (byte == '"' || byte == '\\')
      out << '\\' << value[0];
    else if (byte < 0x20)
      (out << "\\u").hex(byte, 4);
    else
      out << part_of(value, 0, size);
    value = part_of(value, size == 0 ? 1 : size);
  }
}

}  // namespace

void StatusJson::name(Text name) {
  if (!first_member_) out_ << ',';
  first_member_ = false;
  out_ << '"' << name << "\":";
}

void StatusJson::text(Text member, Text value) {
  name(member);
  if (value.empty()) {
    out_ << "null";
    return;
  }
  out_ << '"';
  write_escaped(out_, value);
  out_ << '"';
}

void StatusJson::number(Text member, std::uint64_t value) {
  name(member);
  out_.decimal(value);
}

void StatusJson::append(const KeptSession& session, Text disk_id, bool ending, Clock& clock,
                        Log& log) {
  if (!first_session_) out_ << ',';
  first_session_ = false;
  first_member_ = true;
  const SessionRecord& record = session.record();
  const SessionHistory& history = session.history();
  out_ << '{';
  number("session", record.session.value);
  text("target", record.kernel.target_name);
  text("portal", to_text(session.portal()));
  text("disk", record.disk);
  text("disk_id", disk_id);
  text("state", ending ? Text{"ending"} : name_of(session.state()));
  number("state_seconds", (clock.now() - history.since) / 1000);
  number("tries", session.tries());
  number("recoveries", history.recoveries);
  number("last_recovery_ms", history.last_took);
  number("worst_recovery_ms", history.worst_took);
  text("last_error", history.refusal.empty() ? Text{history.last_error.text} : history.refusal);
  recoveries(history, clock.now(), log);
  text("last_error_cause", log.words(history.last_error.code));
  out_ << '}';
}

// The oldest first.
void StatusJson::recoveries(const SessionHistory& history, Millis now, Log& log) {
  constexpr std::uint32_t kRemembered = SessionHistory::kRemembered;
  name("history");
  out_ << '[';
  const std::uint32_t end = history.recoveries;
  for (std::uint32_t i = end > kRemembered ? end - kRemembered : 0; i < end; ++i) {
    const keep::Recovery& recovery = history.last[i % kRemembered];
    if (out_.text().back() == '}') out_ << ',';
    first_member_ = true;
    out_ << '{';
    number("seconds_ago", (now - recovery.lost_at) / 1000);
    number("took_ms", recovery.took);
    text("cause", recovery.cause.text);
    text("system_says", log.words(recovery.cause.code));
    out_ << '}';
  }
  first_member_ = false;
  out_ << ']';
}

Result<Text> StatusJson::finish() {
  out_ << "]}";
  if (out_.cut()) return Error{Errc::NoSpace, 0, "the status is too long"};
  return out_.text();
}

}  // namespace isboot::linux_platform
