#include "cli/small/subcommands.h"

#include <cerrno>

#include "app/boot/boot_machine.h"
#include "app/failure.h"
#include "app/keep/keep.h"
#include "app/keeper/keeper_client.h"
#include "app/keeper/short_status.h"
#include "app/table/ibft_page.h"
#include "cli/report/report.h"
#include "core/boot/parameters.h"
#include "platform/linux/firmware/firmware_table.h"

namespace isboot::cli::small {
namespace {

using linux_platform::ControlRequest;

constexpr std::uint64_t kLongestEnd = 3'600;  // seconds

// "--name VALUE" for each parameter of the kernel's command line.
std::optional<ParameterOptions> take_parameters(Words& words) {
  ParameterOptions options;
  boot::Parameters scratch;
  while (!words.left().empty()) {
    const Text word = words.left()[0];
    if (part_of(word, 0, 2) != "--") break;
    const std::string name{part_of(word, 2, position_of(part_of(word, 2), '='))};
    const auto value = words.take_value("--" + name);
    if (!value) break;
    const auto set = boot::set_parameter(scratch, name, *value);
    if (!set) {
      (void)complain(set.error().text, word);
      return std::nullopt;
    }
    options[name] = *value;
  }
  return is_any_left(words) ? std::nullopt : std::optional{options};
}

}  // namespace

int complain(Text what, Text word) {
  (void)report({std::string{what} + ": " + std::string{word}, "isboot --help"});
  return kUsage;
}

bool is_any_left(const Words& words) {
  if (words.left().empty()) return false;
  (void)complain("the program of an initramfs does not know", words.left()[0]);
  return true;
}

int boot(Words& words) {
  const bool only_asks = words.take("--wanted");
  const auto options = take_parameters(words);
  if (!options) return kUsage;
  return only_asks ? is_boot_wanted(*options) : boot_machine(*options);
}

int keep(Words& words) {
  const bool replaces = words.take("--replace");
  const bool ends = !replaces && words.take("--shutdown");
  const auto limit = ends ? words.take_value("--limit") : std::nullopt;
  const auto then = ends ? words.take_value("--then") : std::nullopt;
  if (is_any_left(words)) return kUsage;
  if (replaces) {
    const auto said = app::replace();
    if (!said) return report(said.error());
    print("isboot: " + *said + "\n");
    return kDone;
  }
  if (!ends) return report(start_keeper());
  const auto seconds = parse_decimal(limit.value_or("1"), kLongestEnd);
  if (!seconds || *seconds == 0) return complain("--limit is a number from 1 to 3600", *limit);
  const auto end = machine_end(then.value_or(""));
  if (!end) return complain("--then is poweroff, reboot, halt or kexec", *then);
  const auto done = shut_down(std::string{limit.value_or("")}, *end);
  return done ? int{kDone} : report(done.error());
}

int status(Words& words) {
  if (is_any_left(words)) return kUsage;
  const auto answer = ask_keeper({.kind = ControlRequest::Kind::Status}, kAnswerLimitMs);
  if (!answer) {
    const int failed = report(keeper_failure(answer.error()));
    return is_no_keeper(answer.error()) ? int{kNothingToDo} : failed;
  }
  const auto read = answer->done ? short_status(answer->text) : std::nullopt;
  if (!read) return report(unknown_answer());
  print(read->text);
  return kDone;
}

int ibft(Words& words) {
  if (!words.take("show") || is_any_left(words)) return complain("ibft has", "show");
  const auto found = linux_platform::choose_table("auto");
  if (!found) {
    if (found.error().code == Code{Errc::NotFound})
      return report_nothing_to_do(in_words(found.error()));
    return report({in_words(found.error()), "isboot ibft show, as root"});
  }
  ibft::Table table;
  ibft::Findings findings;
  const auto decoded = decode(*found, table, findings);
  print(ibft_page(found->source, table, findings, {}));
  if (decoded) return kDone;
  return report({"offset " + std::to_string(decoded.error().offset) + ": " + decoded.error().text,
                 "update the firmware, or name another table: isboot.table="});
}

}  // namespace isboot::cli::small
