#include "app/keeper/status.h"

#include <cstdio>
#include <vector>

namespace isboot::app {
namespace {

// A name in sysfs, and ours for it.
struct Attribute {
  const char* file;
  const char* name;
};
constexpr Attribute kOfSession[] = {{"first_burst_len", "first_burst_length"},
                                    {"max_burst_len", "max_burst_length"},
                                    {"initial_r2t", "initial_r2t"},
                                    {"immediate_data", "immediate_data"},
                                    {"max_outstanding_r2t", "max_outstanding_r2t"},
                                    {"tpgt", "target_portal_group_tag"}};
constexpr Attribute kOfConnection[] = {{"max_recv_dlength", "max_recv_data_segment_length"},
                                       {"max_xmit_dlength", "max_xmit_data_segment_length"},
                                       {"header_digest", "header_digest"},
                                       {"data_digest", "data_digest"},
                                       {"ping_tmo", "ping_limit_seconds"},
                                       {"recv_tmo", "ping_after_seconds"}};

std::string text_of(const Json& value) { return value.is_text() ? value.text() : "-"; }

std::string when(std::time_t now, const Json& seconds_ago) {
  const std::time_t at = now - static_cast<std::time_t>(seconds_ago.number());
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", std::localtime(&at));
  return text;
}

// One session of a page.
class SessionPage {
public:
  SessionPage(const Json& session, std::time_t now) : session_{session}, now_{now} {}

  std::string text() {
    text_ = "session " + number("session") + "  " + of("disk") + "  " + of("state") + " since " +
            when(now_, session_["state_seconds"]) + "\n";
    line("target", of("target"));
    line("portal", of("portal"));
    line("disk id", of("disk_id"));
    line("agreed", agreed());
    line("I/O waits", of("io_waits") == "off" ? "for ever" : of("io_waits") + " s");
    recoveries();
    if (session_["tries"].number() != 0) line("tries", number("tries") + " since the loss");
    if (!session_["last_error"].is_null()) {
      const Json& cause = session_["last_error_cause"];
      line("last error", of("last_error") + (cause.is_null() ? "" : " (" + text_of(cause) + ")"));
    }
    return std::move(text_);
  }

private:
  std::string of(const char* member) const { return text_of(session_[member]); }
  std::string number(const char* member) const { return std::to_string(session_[member].number()); }
  void line(std::string label, const std::string& value) {
    label.resize(12, ' ');
    text_ += "  " + label + value + "\n";
  }
  std::string agreed() const {
    std::string all;
    const Json& negotiated = session_["negotiated"];
    for (std::size_t i = 0; i < negotiated.size(); ++i)
      all += (i == 0 ? "" : " ") + negotiated.names()[i] + "=" + text_of(negotiated[i]);
    return all;
  }
  void recoveries() {
    std::string value = number("recoveries");
    if (session_["recoveries"].number() != 0)
      value += ", the last in " + number("last_recovery_ms") + " ms, the worst in " +
               number("worst_recovery_ms") + " ms";
    line("recoveries", value);
    for (const Json& recovery : session_["history"])
      text_ += "    " + when(now_, recovery["seconds_ago"]) + "  " +
               std::to_string(recovery["took_ms"].number()) + " ms  " + text_of(recovery["cause"]) +
               "\n";
  }

  const Json& session_;
  std::time_t now_;
  std::string text_;
};

// A label's value: backslash and quote are escaped, and there is no line end in it.
std::string label(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return '"' + escaped + '"';
}

double number_in(const Json& session, const char* member) {
  return static_cast<double>(session[member].number());
}

struct Metric {
  const char* name;
  const char* type;
  const char* help;
  double (*value)(const Json& session);
};
constexpr Metric kMetrics[] = {
    {"isboot_session_up", "gauge", "Whether the kernel carries the session.",
     [](const Json& session) { return session["state"].text() == "carried" ? 1.0 : 0.0; }},
    {"isboot_session_recoveries_total", "counter", "How often the session was brought back.",
     [](const Json& session) { return number_in(session, "recoveries"); }},
    {"isboot_session_last_recovery_seconds", "gauge", "How long I/O waited the last time.",
     [](const Json& session) { return number_in(session, "last_recovery_ms") / 1000; }},
    {"isboot_session_login_tries", "gauge", "Logins tried since the session was lost.",
     [](const Json& session) { return number_in(session, "tries"); }},
};

}  // namespace

Outcome<Json> read_status(const KeeperAnswer& answer) {
  auto status = answer.done ? parse_json(answer.text) : std::nullopt;
  bool readable = status && (*status)["sessions"].is_list();
  if (readable)
    for (const Json& session : (*status)["sessions"]) readable &= session.is_object();
  if (!readable) return unknown_answer();
  return std::move(*status);
}

void add_what_the_kernel_knows(Json& status, const linux_platform::Sysfs& sysfs) {
  for (Json& session : status["sessions"]) {
    const auto number = static_cast<unsigned>(session["session"].number());
    const std::string folder = linux_platform::session_folder(number);
    const std::string connection = linux_platform::connection_folder(number);
    Json agreed = Json::object();
    for (const Attribute& each : kOfSession)
      agreed[each.name] = sysfs.attribute(folder + each.file);
    for (const Attribute& each : kOfConnection)
      agreed[each.name] = sysfs.attribute(connection + each.file);
    session["negotiated"] = std::move(agreed);
    session["io_waits"] = sysfs.attribute(folder + "recovery_tmo");
  }
}

std::string status_page(const Json& status, std::time_t now) {
  std::string page;
  for (const Json& session : status["sessions"]) page += SessionPage{session, now}.text();
  return page;
}

std::string status_metrics(const Json& status) {
  std::string text;
  for (const Metric& metric : kMetrics) {
    const std::string name = metric.name;
    text += "# HELP " + name + " " + metric.help + "\n# TYPE " + name + " " + metric.type + "\n";
    for (const Json& session : status["sessions"]) {
      char value[32];
      std::snprintf(value, sizeof value, "%g", metric.value(session));
      text += name + "{session=\"" + std::to_string(session["session"].number()) +
              "\",target=" + label(text_of(session["target"])) +
              ",disk=" + label(text_of(session["disk"])) + "} " + value + "\n";
    }
  }
  return text;
}

Outcome<SessionId> find_session(const Json& status, const std::string& what) {
  std::vector<std::uint64_t> found;
  for (const Json& session : status["sessions"]) {
    const std::uint64_t number = session["session"].number();
    if (what == std::to_string(number) || session["disk"].text() == what ||
        session["target"].text() == what)
      found.push_back(number);
  }
  if (found.empty())
    return Failure{"no session, disk or target " + what + " is kept", "isboot status"};
  if (found.size() == 1) return SessionId{static_cast<std::uint32_t>(found[0])};
  std::string numbers;
  for (const std::uint64_t number : found)
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
  return Failure{"several sessions are of " + what + ": " + numbers, "name one by its number"};
}

}  // namespace isboot::app
