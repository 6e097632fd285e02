#include <cerrno>
#include <cstdio>
#include <memory>

#include "app/timeline/picture.h"
#include "cli/command.h"
#include "cli/report/report.h"
#include "platform/linux/system_error.h"

namespace isboot::cli {
namespace {

constexpr std::size_t kMaxRecord = 1U << 20;

struct TimelineOptions {
  std::string svg;
  std::string record = kTimelinePath;
};

Outcome<int> show(const TimelineOptions& options) {
  const auto record = linux_platform::read_file(options.record, kMaxRecord);
  if (!record && errno_of(record.error().code) == ENOENT)
    return report_nothing_to_do(options.record + ": no boot by isboot was recorded");
  if (!record)
    return Failure{options.record + ": " + std::string{system_error_text(record.error().code)},
                   "check that it can be read"};
  const auto entries = parse_timeline(*record);
  if (entries.empty()) return Failure{options.record + ": no step is in it", "boot by isboot"};
  if (options.svg.empty()) {
    print(timeline_page(entries));
    return int{kDone};
  }
  std::FILE* file = options.svg == "-" ? stdout : std::fopen(options.svg.c_str(), "w");
  const bool written = file != nullptr && std::fputs(timeline_svg(entries).c_str(), file) >= 0 &&
                       std::fflush(file) == 0;
  const int number = errno;
  if (file != nullptr && file != stdout) std::fclose(file);
  if (!written)
    return Failure{
        options.svg + ": " + std::string{system_error_text(system_error(number, "").code)},
        "name a file that can be written"};
  return int{kDone};
}

}  // namespace

void add_timeline(Command& program) {
  Command command = program.subcommand(
      "timeline", "How long each step of the boot took, as text or as a picture");
  const auto options = std::make_shared<TimelineOptions>();
  command.option("--svg", options->svg, "Write a picture to this file (- for standard output)")
      .value_name("FILE");
  command.option("RECORD", options->record, "What a boot recorded, instead of this machine's")
      .value_name("FILE");
  command.footer("Exit status: 0 done, 1 failed, 2 usage, 3 no boot by isboot was recorded.");
  command.runs([options] { return status_of(show(*options)); });
}

}  // namespace isboot::cli
