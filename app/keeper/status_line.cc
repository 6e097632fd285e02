#include "app/keeper/status_line.h"

#include <array>

namespace isboot::app {
namespace {

std::string text_of(const Json& session, const char* member, const char* otherwise) {
  const Json& found = session[member];
  return found.is_text() ? found.text() : otherwise;
}

std::uint64_t number_of(const Json& session, const char* member) {
  return session[member].number();
}

std::string clock_time(std::time_t at) {
  std::array<char, 32> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", std::localtime(&at));
  return {text.data(), size};
}

// "/dev/sda (10.0.2.2:3260) is waiting for 35 s: the connection failed"
std::string lost(const Json& session, std::optional<std::time_t> now) {
  const std::uint64_t seconds = number_of(session, "state_seconds");
  std::string text = text_of(session, "disk", "a path without a disk") + " (" +
                     text_of(session, "portal", "unknown portal") + ") is ";
  text += now ? "lost since " + clock_time(*now - static_cast<std::time_t>(seconds))
              : text_of(session, "state", "in an unknown state") + " for " +
                    std::to_string(seconds) + " s";
  const std::string error = text_of(session, "last_error", "");
  return error.empty() ? text : text + ": " + error;
}

}  // namespace

StatusLine status_line(const Json& status, std::optional<std::time_t> now) {
  std::string disks, losses;
  std::uint64_t recoveries = 0;
  const Json& sessions = status["sessions"];
  for (const Json& session : sessions) {
    recoveries += number_of(session, "recoveries");
    if (text_of(session, "state", "") == "carried")
      disks += (disks.empty() ? "" : ", ") + text_of(session, "disk", "a disk");
    else
      losses += (losses.empty() ? "" : "; ") + lost(session, now);
  }
  if (sessions.empty()) return {"the keeper has no session", false};
  std::string text = losses;
  if (!disks.empty()) text += (text.empty() ? "" : "; ") + disks + " carried";
  return {text + ", recoveries: " + std::to_string(recoveries), losses.empty()};
}

}  // namespace isboot::app
