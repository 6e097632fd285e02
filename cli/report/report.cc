#include "cli/report/report.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace isboot::cli {
namespace {

int print_error = 0;  // an errno

}  // namespace

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

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) print_error = errno;
}

int after_printing(int status) {
  if (std::fflush(stdout) != 0) print_error = errno;
  // A reader that has enough closes its end.
  if (print_error == EPIPE || (print_error == 0 && std::ferror(stdout) == 0)) return status;
  const int error = print_error != 0 ? print_error : EIO;
  return report({std::string{"standard output takes no more: "} + std::strerror(error),
                 "the same again, to where there is room"});
}

}  // namespace isboot::cli
