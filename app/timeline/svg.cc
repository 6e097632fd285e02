#include <algorithm>
#include <cstdio>

#include "app/timeline/picture.h"

namespace isboot::app {
namespace {

constexpr double kWidth = 900;  // of the axis, in pixels
constexpr double kLeft = 20;
constexpr double kRight = 340;  // room for the words beside a bar at the right end
constexpr double kTop = 64;
constexpr double kRow = 22;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f)
      out += '?';
    else
      out += c;
  }
  return out;
}

std::string words(double x, double y, const char* style, const std::string& text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" class=\"" + style + "\">" +
         escaped(text) + "</text>\n";
}

// The distance of the axis's marks, in microseconds: 1, 2 or 5 times a power of ten, so that
// there are at most ten of them.
std::uint64_t distance_of_marks(std::uint64_t span) {
  std::uint64_t power = 1;
  for (;; power *= 10)
    for (const std::uint64_t factor : {1U, 2U, 5U})
      if (span / (power * factor) <= 10) return power * factor;
}

class Picture {
public:
  explicit Picture(const std::vector<TimelineEntry>& entries) : entries_{entries} {
    begin_ = entries.front().begin;
    for (const TimelineEntry& entry : entries) end_ = std::max(end_, entry.end);
    if (end_ == begin_) end_ = begin_ + 1;
  }

  std::string draw() {
    std::string body = axis();
    double y = kTop;
    for (const unsigned path : paths()) {
      if (path != 0) body += words(kLeft, (y += kRow) - 6, "path", "path " + std::to_string(path));
      const std::vector<TimelineEntry> steps = steps_of(path);
      for (auto first = steps.begin(); first != steps.end(); y += kRow) {
        const auto end = std::find_if_not(first, steps.end(), [first](const TimelineEntry& next) {
          return &next == &*first || fails_alike(*first, next);
        });
        body += row({first, end}, y);
        first = end;
      }
    }
    return head(y + kRow) + body + "</svg>\n";
  }

private:
  // Tries of a path that is dead, one after the other: a row for each would be a tall picture.
  static bool fails_alike(const TimelineEntry& a, const TimelineEntry& b) {
    return a.step == b.step && a.result != "ok" && a.result == b.result;
  }

  std::vector<TimelineEntry> steps_of(unsigned path) const {
    std::vector<TimelineEntry> steps;
    for (const TimelineEntry& entry : entries_)
      if (entry.path == path) steps.push_back(entry);
    return steps;
  }

  double x(std::uint64_t time) const {
    return kLeft + kWidth * static_cast<double>(time - begin_) / static_cast<double>(end_ - begin_);
  }

  // In the order of their first step; what belongs to no path comes first.
  std::vector<unsigned> paths() const {
    std::vector<unsigned> found;
    for (const TimelineEntry& entry : entries_)
      if (std::find(found.begin(), found.end(), entry.path) == found.end())
        found.push_back(entry.path);
    std::sort(found.begin(), found.end());
    return found;
  }

  std::string head(double height) const {
    const std::string width = number(kLeft + kWidth + kRight);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" +
           number(height) + "\">\n<style>text{font:12px sans-serif}.title{font-size:16px}" +
           ".path{font-weight:bold}.mark{fill:#666}.work{fill:#4878a8}.wait{fill:#c8a048}" +
           ".failed{fill:#b03838}.line{stroke:#ddd}</style>\n" +
           "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
           words(kLeft, 22, "title",
                 "isboot: from " + seconds(begin_) + " s to " + seconds(end_) +
                     " s after the kernel's start") +
           legend(kLeft + kWidth - 60);
  }

  static std::string legend(double left) {
    std::string out;
    for (const auto& [style, what] :
         {std::pair{"work", "isboot works"}, std::pair{"wait", "waits for another"},
          std::pair{"failed", "failed"}}) {
      out += "<rect x=\"" + number(left) + "\" y=\"12\" width=\"12\" height=\"12\" class=\"" +
             style + "\"/>\n" + words(left + 18, 22, "mark", what);
      left += 130;
    }
    return out;
  }

  std::string axis() const {
    std::string out;
    const std::uint64_t distance = distance_of_marks(end_ - begin_);
    for (std::uint64_t at = (begin_ + distance - 1) / distance * distance; at <= end_;
         at += distance)
      out += "<line class=\"line\" x1=\"" + number(x(at)) + "\" x2=\"" + number(x(at)) +
             "\" y1=\"48\" y2=\"100%\"/>\n" + words(x(at) + 2, 44, "mark", seconds(at) + " s");
    return out;
  }

  double width(const TimelineEntry& entry) const {
    return std::max(1.0, x(entry.end) - x(entry.begin));
  }

  // A step, or several that failed alike; the words stand behind the last.
  std::string row(const std::vector<TimelineEntry>& steps, double y) const {
    const TimelineEntry& last = steps.back();
    const StepText& text = text_of(last.step);
    const bool failed = last.result != "ok";
    const char* style = failed ? "failed" : *text.waits_for == '\0' ? "work" : "wait";
    std::string label = std::string{text.what} + ", ";
    label +=
        steps.size() > 1 ? std::to_string(steps.size()) + " times" : span(last.end - last.begin);
    if (failed) label += ": " + last.result;
    std::string bars;
    for (const TimelineEntry& step : steps)
      bars += "<rect x=\"" + number(x(step.begin)) + "\" y=\"" + number(y) + "\" width=\"" +
              number(width(step)) + "\" height=\"16\" class=\"" + style + "\"/>\n";
    return bars + words(x(last.begin) + width(last) + 6, y + 12, "step", label);
  }

  // Most steps take less than a thousandth of a second.
  static std::string span(std::uint64_t microseconds) {
    if (microseconds >= 100'000) return seconds(microseconds) + " s";
    return number(static_cast<double>(microseconds) / 1e3) + " ms";
  }

  static std::string seconds(std::uint64_t microseconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(microseconds) / 1e6);
    return text;
  }

  const std::vector<TimelineEntry>& entries_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace

std::string timeline_svg(const std::vector<TimelineEntry>& entries) {
  if (entries.empty()) return "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n";
  return Picture{entries}.draw();
}

}  // namespace isboot::app
