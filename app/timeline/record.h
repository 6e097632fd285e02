// What `boot` and `init` note of their steps in /run/isboot, for `isboot timeline`: a text file,
// one line a step, "BEGIN END PATH STEP RESULT". Times are microseconds of CLOCK_MONOTONIC, which
// starts with the kernel; PATH is the number that the user sees, 0 for what no path has alone;
// RESULT is "ok" or what went wrong, to the end of the line. Secrets are never in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/timeline/step.h"
#include "platform/linux/system/file.h"

namespace isboot::app {

inline constexpr const char* kTimelinePath = "/run/isboot/timeline";

std::uint64_t monotonic_microseconds();

// Appends to the file. Several processes may have one each; a line is one write(2).
class TimelineRecorder {
public:
  // One that notes nothing.
  TimelineRecorder() = default;
  // Makes the file and its folder. When they cannot be had, nothing is noted: a boot goes on.
  static TimelineRecorder open(const std::string& path);

  void add(std::uint64_t begin, std::uint64_t end, unsigned path, Step step,
           Text result = "ok") const;

private:
  linux_platform::UniqueFd file_;
};

struct TimelineEntry {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  unsigned path = 0;
  Step step{};
  std::string result;
};

// The entries of a record in the order of their begin; lines that are none are left out. An
// entry that ends before it begins is none.
std::vector<TimelineEntry> parse_timeline(Text record);

}  // namespace isboot::app
