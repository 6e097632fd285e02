#include "cli/report/report.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace isboot::cli {
namespace {

int print_error = 0;  // an errno

// With '?' for control characters, also those of two bytes that are some terminals' (U+0080 to
// U+009F): what targets and firmware say may hold escape sequences.
std::string without_controls(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(text[i + 1]);  // at the end a NUL
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0)
      text.replace(i, 2, "?");
    else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f)
      text[i] = '?';
  }
  return text;
}

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
  const std::string line = without_controls("isboot: " + what + "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void print(const std::string& text) {
  const std::string shown = without_controls(text);
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size()) print_error = errno;
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
