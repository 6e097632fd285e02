// For scripts, on standard output.
#pragma once

#include "app/json/json.h"
#include "cli/report/report.h"

namespace isboot::cli {

// Each value on a line of its own, `indent` spaces deeper than what holds it.
inline void print_json(const app::Json& json, unsigned indent) { print(json.dump(indent) + "\n"); }

}  // namespace isboot::cli
