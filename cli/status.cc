#include <cstdio>
#include <ctime>
#include <memory>

#include "app/keeper/keeper_client.h"
#include "app/keeper/status_line.h"
#include "app/keeper/status_unit.h"
#include "cli/command.h"
#include "cli/report/print_json.h"
#include "platform/linux/keeper/state_file.h"
#include "platform/linux/sysfs/sysfs.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/service_manager.h"
#include "platform/linux/system_error.h"

namespace isboot::cli {
namespace {

using linux_platform::ControlRequest;

constexpr Millis kWatchEvery = 2'000;

struct StatusOptions {
  bool json = false;
  bool prometheus = false;
  bool watch = false;
  bool line = false;
  bool unit = false;
};

// What the kernel was told of the session: name in sysfs, of the session or of its connection,
// and ours.
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

// The keeper knows only of the logins that it made itself: the kernel knows of all.
void add_what_the_kernel_knows(Json& status) {
  const linux_platform::Sysfs sysfs;
  for (Json& session : status["sessions"]) {
    const auto number = static_cast<unsigned>(session["session"].number());
    const std::string folder = linux_platform::session_folder(number);
    const std::string connection = linux_platform::connection_folder(number);
    Json agreed = Json::object();
    for (const Attribute& each : kOfSession)
      agreed[each.name] = sysfs.attribute(folder + each.file);
    for (const Attribute& each : kOfConnection)
      agreed[each.name] = sysfs.attribute(connection + each.file);
    session["negotiated"] = agreed;
    session["io_waits"] = sysfs.attribute(folder + "recovery_tmo");
  }
}

std::string when(std::uint64_t seconds_ago) {
  const std::time_t at = std::time(nullptr) - static_cast<std::time_t>(seconds_ago);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", std::localtime(&at));
  return text;
}

std::string text_of(const Json& value) { return value.is_text() ? value.text() : "-"; }

unsigned number_of(const Json& value) { return static_cast<unsigned>(value.number()); }

void print(const Json& status) {
  for (const Json& session : status["sessions"]) {
    std::printf("session %u  %s  %s since %s\n", number_of(session["session"]),
                text_of(session["disk"]).c_str(), text_of(session["state"]).c_str(),
                when(session["state_seconds"].number()).c_str());
    std::printf("  target      %s\n  portal      %s\n  disk id     %s\n",
                text_of(session["target"]).c_str(), text_of(session["portal"]).c_str(),
                text_of(session["disk_id"]).c_str());
    std::printf("  agreed      ");
    const char* separator = "";
    const Json& negotiated = session["negotiated"];
    for (std::size_t i = 0; i < negotiated.size(); ++i) {
      std::printf("%s%s=%s", separator, negotiated.names()[i].c_str(),
                  text_of(negotiated[i]).c_str());
      separator = " ";
    }
    std::printf("\n  I/O waits   %s\n", session["io_waits"].text() == "off"
                                            ? "for ever"
                                            : (text_of(session["io_waits"]) + " s").c_str());
    const unsigned recoveries = number_of(session["recoveries"]);
    std::printf("  recoveries  %u", recoveries);
    if (recoveries != 0)
      std::printf(", the last in %u ms, the worst in %u ms", number_of(session["last_recovery_ms"]),
                  number_of(session["worst_recovery_ms"]));
    std::printf("\n");
    for (const Json& recovery : session["history"])
      std::printf("    %s  %u ms  %s\n", when(recovery["seconds_ago"].number()).c_str(),
                  number_of(recovery["took_ms"]), text_of(recovery["cause"]).c_str());
    if (number_of(session["tries"]) != 0)
      std::printf("  tries       %u since the loss\n", number_of(session["tries"]));
    if (session["last_error"].is_null()) continue;
    std::printf("  last error  %s", text_of(session["last_error"]).c_str());
    if (!session["last_error_cause"].is_null())
      std::printf(" (%s)", text_of(session["last_error_cause"]).c_str());
    std::printf("\n");
  }
}

// A label's value: backslash, quote and line end are escaped (Prometheus, "Exposition formats").
std::string label(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return '"' + escaped + '"';
}

void print_prometheus(const Json& status) {
  struct Metric {
    const char* name;
    const char* type;
    const char* help;
    double (*value)(const Json&);
  };
  constexpr Metric kMetrics[] = {
      {"isboot_session_up", "gauge", "Whether the kernel carries the session.",
       [](const Json& session) { return session["state"].text() == "carried" ? 1.0 : 0.0; }},
      {"isboot_session_recoveries_total", "counter", "How often the session was brought back.",
       [](const Json& session) { return 1.0 * number_of(session["recoveries"]); }},
      {"isboot_session_last_recovery_seconds", "gauge", "How long I/O waited the last time.",
       [](const Json& session) { return number_of(session["last_recovery_ms"]) / 1000.0; }},
      {"isboot_session_login_tries", "gauge", "Logins tried since the session was lost.",
       [](const Json& session) { return 1.0 * number_of(session["tries"]); }},
  };
  for (const Metric& metric : kMetrics) {
    std::printf("# HELP %s %s\n# TYPE %s %s\n", metric.name, metric.help, metric.name, metric.type);
    for (const Json& session : status["sessions"])
      std::printf("%s{session=\"%u\",target=%s,disk=%s} %g\n", metric.name,
                  number_of(session["session"]), label(text_of(session["target"])).c_str(),
                  label(text_of(session["disk"])).c_str(), metric.value(session));
  }
}

int show_once(const StatusOptions& options) {
  const auto answer = ask_keeper({.kind = ControlRequest::Kind::Status}, kAnswerLimitMs);
  if (!answer) {
    const int number = errno_of(answer.error().code);
    const bool none = number == ENOENT || number == ECONNREFUSED;
    const int failed = report(
        {none ? "no keeper runs" : answer.error().text, none ? "isboot keep" : "ask as root"});
    return none ? int{kNothingToDo} : failed;
  }
  auto parsed = parse_json(answer->text);
  if (!answer->done || !parsed)
    return report({"the keeper answers what this version does not read", "isboot keep --replace"});
  Json& status = *parsed;
  if (options.line) {
    const StatusLine line = status_line(status);
    std::printf("isboot: %s\n", line.text.c_str());
    if (status["sessions"].empty()) return kNothingToDo;
    return line.all_carried ? kDone : kFailed;
  }
  add_what_the_kernel_knows(status);
  if (options.json)
    print_json(status, 2);
  else if (options.prometheus)
    print_prometheus(status);
  else
    print(status);
  return kDone;
}

// The unit's first lines in the journal are the whole status, then what the keeper tells.
int show_in_unit() {
  const auto watch = KeeperWatch::open(linux_platform::kStateFolder);
  if (!watch)
    return report({std::string{watch.error().text} + " (" +
                       std::string{system_error_text(watch.error().code)} + ")",
                   "isboot attach, or boot by isboot"});
  (void)show_once({});
  std::fflush(stdout);
  std::string shown;
  do {
    const auto answer = ask_keeper({.kind = ControlRequest::Kind::Status}, kAnswerLimitMs);
    const std::string status = unit_status(answer, std::time(nullptr));
    if (status != shown) linux_platform::tell_service_manager("READY=1\nSTATUS=" + status);
    shown = status;
  } while (watch->wait());
  std::printf(
      "isboot: not shown any more; the sessions go on, the keeper is no part of this unit\n");
  return kDone;
}

int show(const StatusOptions& options) {
  if (options.unit) return show_in_unit();
  linux_platform::LinuxClock clock;
  int result = show_once(options);
  // With --line a loss is an answer, too.
  while (options.watch && (result == kDone || (options.line && result == kFailed))) {
    std::fflush(stdout);
    clock.sleep_until(clock.now() + kWatchEvery);
    result = show_once(options);
  }
  return result;
}

}  // namespace

void add_status(Command& program) {
  Command command =
      program.subcommand("status", "What the keeper knows of its sessions, and of their losses");
  const auto options = std::make_shared<StatusOptions>();
  Option json = command.flag("--json", options->json, "Print JSON");
  command
      .flag("--prometheus", options->prometheus,
            "Print metrics for the node exporter's textfile collector")
      .excludes(json);
  command
      .flag("--line", options->line,
            "Print one line, for a login banner; the exit status is that of the sessions")
      .excludes(json);
  command
      .flag("--unit", options->unit,
            "Show the sessions as the status of a systemd unit, until ended (isboot.service)")
      .excludes(json);
  command.flag("--watch", options->watch, "Print again every two seconds");
  command.footer(
      "Exit status: 0 done, 1 failed, 2 usage, 3 no keeper runs. With --line: 0 all sessions are "
      "carried, 1 one is lost, 3 there is none.");
  command.runs([options] { return show(*options); });
}

}  // namespace isboot::cli
