#pragma once

#include "core/base/text.h"

namespace isboot {

// "isboot: 0.041 " and the line, with '?' for control characters: what firmware and
// targets say may hold line ends and escape sequences. `since`: milliseconds. What does
// not fit is cut off.
void format_log_line(std::uint64_t since, Text line, TextWriter& out);

}  // namespace isboot
