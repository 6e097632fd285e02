#include <cstdio>

#include "app/timeline/picture.h"

namespace isboot::app {
namespace {

std::string seconds(std::uint64_t microseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%9.3f", static_cast<double>(microseconds) / 1e6);
  return text;
}

}  // namespace

std::string timeline_page(const std::vector<TimelineEntry>& entries) {
  std::string page = "    began     took  path  step\n";
  std::uint64_t end = 0;
  for (const TimelineEntry& entry : entries) {
    const StepText& text = text_of(entry.step);
    page += seconds(entry.begin) + seconds(entry.end - entry.begin) + "  ";
    page +=
        entry.path == 0 ? std::string{"   -"} : std::string(3, ' ') + std::to_string(entry.path);
    page += std::string{"  "} + text.what;
    if (*text.waits_for != '\0') page += std::string{" ("} + text.waits_for + ")";
    if (entry.result != "ok") page += ": " + entry.result;
    page += '\n';
    if (entry.end > end) end = entry.end;
  }
  if (entries.empty()) return page;
  const std::uint64_t begin = entries.front().begin;
  page += "kernel's start to isboot" + seconds(begin) + " s, isboot's first step to its last" +
          seconds(end - begin) + " s\n";
  return page;
}

}  // namespace isboot::app
