#include "cli/report/report.h"

#include <cstdio>

namespace isboot::cli {

int report(const app::Failure& failure) {
  warn(failure.message);
  warn("next: " + failure.next_step);
  return app::kFailed;
}

int report_nothing_to_do(const std::string& why) {
  warn(why);
  return app::kNothingToDo;
}

void warn(const std::string& what) {
  const std::string line = "isboot: " + what + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace isboot::cli
