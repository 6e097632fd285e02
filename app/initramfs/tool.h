// Other programs, run one after the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/failure.h"

namespace isboot::app {

struct ToolFiles {
  std::string input = "/dev/null";
  std::string output = "/dev/null";  // made anew, for its owner alone
};

// Runs `arguments` (the first one is searched in PATH) and waits for its end, however long that
// takes. A failure when it or a file cannot be had, or when it does not end with 0.
Outcome<> run_tool(const std::vector<std::string>& arguments, const ToolFiles& files = {});

// Whether PATH has it: where run_tool() would find it.
bool has_tool(const std::string& name);

}  // namespace isboot::app
