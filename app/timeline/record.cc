#include "app/timeline/record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace isboot::app {
namespace {

constexpr std::size_t kMaxLine = 512;
constexpr std::uint64_t kLatest = 1'000'000'000'000'000;  // microseconds: thirty years

// Takes the next word off `line`.
Text next_word(Text& line) {
  const Text word = part_of(line, 0, position_of(line, ' '));
  line = part_of(line, word.size() < line.size() ? word.size() + 1 : line.size());
  return word;
}

std::optional<TimelineEntry> parse_line(Text line) {
  const auto begin = parse_decimal(next_word(line), kLatest);
  const auto end = parse_decimal(next_word(line), kLatest);
  const auto path = parse_decimal(next_word(line), 255);
  const auto step = parse_step(next_word(line));
  if (!begin || !end || !path || !step || line.empty() || *end < *begin) return std::nullopt;
  return TimelineEntry{*begin, *end, static_cast<unsigned>(*path), *step, std::string{line}};
}

}  // namespace

std::uint64_t monotonic_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

TimelineRecorder TimelineRecorder::open(const std::string& path) {
  TimelineRecorder recorder;
  (void)mkdir(path.substr(0, path.rfind('/')).c_str(), 0755);  // may be there
  recorder.file_.reset(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
  return recorder;
}

void TimelineRecorder::add(std::uint64_t begin, std::uint64_t end, unsigned path, Step step,
                           Text result) const {
  if (!file_) return;
  std::array<char, kMaxLine> buffer{};
  TextWriter out{buffer};
  out.decimal(begin) << ' ';
  out.decimal(end) << ' ';
  out.decimal(path) << ' ' << text_of(step).name << ' ' << result << '\n';
  (void)!write(file_.get(), out.text().data(), out.text().size());
}

std::vector<TimelineEntry> parse_timeline(Text record) {
  std::vector<TimelineEntry> entries;
  std::istringstream lines{std::string{record}};
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();  // it came over a serial line
    if (auto entry = parse_line(line)) entries.push_back(std::move(*entry));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
  return entries;
}

}  // namespace isboot::app
