#include "cli/options/command.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "app/exit_status.h"
#include "core/base/text.h"

namespace isboot::cli {
namespace {

// As everywhere in isboot: digits alone, and "010" is ten.
CLI::Validator number_from(std::uint32_t lowest, std::uint32_t highest) {
  const std::string range = std::to_string(lowest) + " to " + std::to_string(highest);
  const auto fault = [=](const std::string& text) -> std::string {
    const auto number = parse_decimal(text, highest);
    if (number && *number >= lowest) return {};
    return "not a number from " + range + ": " + text;
  };
  return CLI::Validator{fault, {}};
}

Option number_option(CLI::App& app, const char* name, std::function<void(std::uint32_t)> take,
                     const char* help) {
  const auto read = [take = std::move(take)](const std::string& text) {
    take(static_cast<std::uint32_t>(*parse_decimal(text, UINT32_MAX)));
  };
  CLI::Option* option = app.add_option_function<std::string>(name, read, help);
  return Option{*option->type_name("NUMBER")->check(number_from(0, UINT32_MAX))};
}

}  // namespace

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::needs(Option other) {
  option_->needs(other.option_);
  return *this;
}

Option Option::excludes(Option other) {
  option_->excludes(other.option_);
  return *this;
}

Option Option::value_name(const char* name) {
  option_->type_name(name);
  return *this;
}

Option Option::shows_default() {
  option_->capture_default_str();
  return *this;
}

Option Option::one_of(std::initializer_list<const char*> values) {
  option_->check(CLI::IsMember(std::vector<std::string>{values.begin(), values.end()}));
  return *this;
}

Option Option::between(std::uint32_t lowest, std::uint32_t highest) {
  option_->check(number_from(lowest, highest));
  return *this;
}

Option Option::checked(std::function<std::string(const std::string&)> fault) {
  option_->check(std::move(fault));
  return *this;
}

Command Command::subcommand(const char* name, const char* what_it_does) {
  return Command{*app_->add_subcommand(name, what_it_does), *run_};
}

void Command::requires_subcommand() { app_->require_subcommand(1); }

void Command::footer(const char* text) { app_->footer(text); }

Option Command::flag(const char* name, bool& value, const char* help) {
  return Option{*app_->add_flag(name, value, help)};
}

Option Command::option(const char* name, std::string& value, const char* help) {
  return Option{*app_->add_option(name, value, help)};
}

Option Command::option(const char* name, std::uint32_t& value, const char* help) {
  return number_option(
      *app_, name, [&value](std::uint32_t number) { value = number; }, help);
}

Option Command::option(const char* name, std::optional<std::uint32_t>& value, const char* help) {
  return number_option(
      *app_, name, [&value](std::uint32_t number) { value = number; }, help);
}

Option Command::option(const char* name, std::function<void(const std::string&)> take,
                       const char* help) {
  return Option{*app_->add_option_function<std::string>(name, std::move(take), help)};
}

void Command::runs(Run run) {
  app_->callback([place = run_, run = std::move(run)] { *place = run; });
}

Run read_command_line(int argc, char** argv, const char* version,
                      const std::function<void(Command&)>& declare, int& status) {
  CLI::App app{"Boots a machine from an iSCSI disk.", "isboot"};
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  Run run;
  Command program{app, run};
  declare(program);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? app::kDone : app::kUsage;
    return {};
  }
  return run;
}

}  // namespace isboot::cli
