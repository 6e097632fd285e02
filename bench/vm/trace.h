// The kernel's own record of who had the processor, and in which system call (ftrace).
#pragma once

#include <string>

namespace isboot::bench {

// From here on. False: this kernel has no such record.
bool start_trace();

// Ends it and prints it: `BENCH-TRACE` in front of each line. `about`: words for the first line.
void print_trace(const std::string& about);

}  // namespace isboot::bench
