// A boot's steps for people: as text and as a picture.
#pragma once

#include <string>
#include <vector>

#include "app/timeline/record.h"

namespace isboot::app {

// One line a step: when it began (seconds since the kernel started), how long it took, what it
// waited for; then how long the whole took. `entries` as parse_timeline() gives them.
std::string timeline_page(const std::vector<TimelineEntry>& entries);

// An SVG document: one bar a step over an axis of seconds, the paths below each other.
std::string timeline_svg(const std::vector<TimelineEntry>& entries);

}  // namespace isboot::app
