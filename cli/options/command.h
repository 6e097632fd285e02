// What a subcommand says of itself: its words, its options, and what it runs. The library that
// reads them, CLI11, takes seconds to compile and is known to command.cc alone.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace isboot::cli {

// What main() runs after the options were read.
using Run = std::function<int()>;

// One option, to say more about. A handle: it belongs to its command.
class Option {
public:
  explicit Option(CLI::Option& option) : option_{&option} {}

  Option required();
  Option needs(Option other);
  Option excludes(Option other);
  Option value_name(const char* name);  // in the help, in place of TEXT
  Option shows_default();               // in the help
  Option one_of(std::initializer_list<const char*> values);
  Option between(std::uint32_t lowest, std::uint32_t highest);
  // `fault` says what is wrong with a value; empty: nothing.
  Option checked(std::function<std::string(const std::string&)> fault);

private:
  CLI::Option* option_;
};

// A command or subcommand. A handle: it belongs to the program. What options are read into must
// live until they were read.
class Command {
public:
  Command(CLI::App& app, Run& run) : app_{&app}, run_{&run} {}

  Command subcommand(const char* name, const char* what_it_does);
  void requires_subcommand();
  void footer(const char* text);  // under the help
  // "--name" or "NAME" for a word without one.
  Option flag(const char* name, bool& value, const char* help);
  Option option(const char* name, std::string& value, const char* help);
  Option option(const char* name, std::uint32_t& value, const char* help);
  Option option(const char* name, std::optional<std::uint32_t>& value, const char* help);
  Option option(const char* name, std::function<void(const std::string&)> take, const char* help);
  // What main() runs when this command was named.
  void runs(Run run);

private:
  CLI::App* app_;
  Run* run_;
};

// Reads argv. `declare` adds the subcommands. `status`, when nothing is to be run (help, version,
// or a mistake, told on stderr): what to exit with.
Run read_command_line(int argc, char** argv, const char* version,
                      const std::function<void(Command&)>& declare, int& status);

}  // namespace isboot::cli
