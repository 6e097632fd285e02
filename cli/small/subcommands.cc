#include "cli/small/subcommands.h"

#include <cerrno>
#include <cstdio>

#include "app/boot/boot_machine.h"
#include "app/failure.h"
#include "app/keep/keep.h"
#include "app/keeper/keeper_client.h"
#include "app/keeper/short_status.h"
#include "app/table/ibft_page.h"
#include "core/boot/parameters.h"
#include "platform/linux/firmware/firmware_table.h"

namespace isboot::cli::small {
namespace {

using linux_platform::ControlRequest;

constexpr int kAnswerLimitMs = 5'000;
constexpr std::uint64_t kLongestEnd = 3'600;  // seconds

void say(const std::string& line, FILE* where = stderr) {
  std::fputs(("isboot: " + line + "\n").c_str(), where);
}

int say(const Failure& failure) {
  say(failure.message);
  say("next: " + failure.next_step);
  return kFailed;
}

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
  say(std::string{what} + ": " + std::string{word});
  say("next: isboot --help");
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
  if (replaces) return app::replace();
  if (!ends) return start_keeper();
  const auto seconds = parse_decimal(limit.value_or("1"), kLongestEnd);
  if (!seconds || *seconds == 0) return complain("--limit is a number from 1 to 3600", *limit);
  const auto end = machine_end(then.value_or(""));
  if (!end) return complain("--then is poweroff, reboot, halt or kexec", *then);
  return shut_down(std::string{limit.value_or("")}, *end);
}

int status(Words& words) {
  if (is_any_left(words)) return kUsage;
  const auto answer = ask_keeper({.kind = ControlRequest::Kind::Status}, kAnswerLimitMs);
  if (!answer) {
    const int failed = say(keeper_failure(answer.error()));
    return is_no_keeper(answer.error()) ? int{kNothingToDo} : failed;
  }
  const auto read = answer->done ? short_status(answer->text) : std::nullopt;
  if (!read) return say(unknown_answer());
  std::fputs(read->text.c_str(), stdout);
  return kDone;
}

int ibft(Words& words) {
  if (!words.take("show") || is_any_left(words)) return complain("ibft has", "show");
  const auto found = linux_platform::choose_table("auto");
  if (!found) {
    say(in_words(found.error()));
    return found.error().code == Code{Errc::NotFound} ? kNothingToDo : kFailed;
  }
  ibft::Table table;
  ibft::Findings findings;
  const auto decoded = decode(*found, table, findings);
  std::fputs(ibft_page(found->source, table, findings, {}).c_str(), stdout);
  if (decoded) return kDone;
  say("offset " + std::to_string(decoded.error().offset) + ": " + decoded.error().text);
  return kFailed;
}

}  // namespace isboot::cli::small
