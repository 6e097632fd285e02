// isboot ibft show, check, find and build.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "app/table/build_table.h"
#include "app/table/ibft_page.h"
#include "app/table/loaded_table.h"
#include "cli/command.h"
#include "cli/report/print_json.h"
#include "platform/linux/system/private_file.h"

namespace isboot::cli {
namespace {

struct Options {
  std::string file;            // a table's, or build's spec
  std::string table = "auto";  // isboot.table=
  bool json = false;
  bool offsets = false;
  bool show_secrets = false;
  std::string hex;
  std::string layout = "ipxe";
  std::string output;

  PageOptions page() const {
    const char* no_colour = std::getenv("NO_COLOR");
    const bool colour = isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == 0);
    return {show_secrets ? Secrets::Show : Secrets::Hide, offsets, colour};
  }
};

int no_table() { return report_nothing_to_do("there is no iBFT"); }

Outcome<int> show(const Options& options) {
  if (options.show_secrets && geteuid() != 0)
    return Failure{"--show-secrets is for root", "run it as root, or without --show-secrets"};
  const auto loaded = ISBOOT_TRY(load_table(options.file, options.table));
  if (!loaded) return no_table();
  const PageOptions page = options.page();
  const std::string& source = loaded->found.source;
  if (!options.hex.empty()) {
    const std::string text = hex_page(loaded->found.bytes(), loaded->table, options.hex, page);
    if (text.empty())
      return Failure{"the table has no structure " + options.hex,
                     "`isboot ibft show` lists the structures by name"};
    print(text);
  } else if (options.json) {
    print_json(ibft_json(source, loaded->table, loaded->findings, page.secrets), 1);
  } else {
    print(ibft_page(source, loaded->table, loaded->findings, page));
  }
  if (loaded->error) return decode_failure(*loaded->error);
  return int{kDone};
}

Outcome<int> check(const Options& options) {
  const auto loaded = ISBOOT_TRY(load_table(options.file, options.table));
  if (!loaded) return no_table();
  if (options.json) {
    print_json(judgement_json(*loaded), 1);
  } else {
    const ibft::Findings& findings = loaded->findings;
    print(findings_page(findings, options.page()));
    print(loaded->found.source + ": " + std::to_string(errors_in(*loaded)) + " errors, " +
          std::to_string(findings.count + findings.dropped - findings.errors) +
          " warnings and notes\n");
  }
  if (loaded->obstacle.empty()) return int{kDone};
  return obstacle_failure(*loaded);
}

Outcome<int> list(const Options& options) {
  const auto search = linux_platform::find_tables();
  const auto chosen = linux_platform::choose_table("auto");
  const Json tables = tables_json(search, chosen ? chosen->source : std::string{});
  if (options.json)
    print_json(tables, 1);
  else
    print(table_lines(tables));
  for (const std::string& obstacle : search.obstacles) warn("not looked at: " + obstacle);
  if (!search.tables.empty()) return int{kDone};
  if (search.unreadable) return Failure{"no iBFT can be read", "do it as root"};
  return no_table();
}

Outcome<int> build(const Options& options) {
  const auto layout = options.layout == "edk2" ? ibft::Layout::Edk2 : ibft::Layout::Ipxe;
  const auto table = ISBOOT_TRY(build_table(options.file, layout));
  const Bytes bytes = table.bytes();
  if (!options.output.empty() && options.output != "-") {
    // Secrets may be in it.
    const auto made = linux_platform::make_private_file(options.output, bytes);
    if (made) return int{kDone};
    return Failure{options.output + ": " + in_words(made.error()),
                   "name another file: the table was not written"};
  }
  if (isatty(STDOUT_FILENO) != 0)
    return Failure{"a table is no text for a terminal", "name a file: --output FILE"};
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
      std::fflush(stdout) == 0)
    return int{kDone};
  return Failure{"standard output takes no table", "name a file: --output FILE"};
}

void add_source(Command& command, Options& options) {
  const Option file =
      command.option("FILE", options.file, "A table in a file; without it the firmware's");
  command
      .option("--table", options.table,
              "Which of the firmware's: auto, acpi, acpi:N, lowmem, sysfs")
      .excludes(file);
}

// The commands share one set of options: only one of them runs.
void add_commands(Command& ibft, const std::shared_ptr<Options>& options) {
  const auto runs = [options](Command& command, Outcome<int> (*function)(const Options&)) {
    command.runs([options, function] { return status_of(function(*options)); });
  };
  Command show_command = ibft.subcommand("show", "What a table says");
  add_source(show_command, *options);
  show_command.flag("--json", options->json, "As JSON");
  show_command.flag("--offsets", options->offsets, "With the offset of each field");
  show_command.option("--hex", options->hex, "The bytes of one structure: nic0, target1, …");
  show_command.flag("--show-secrets", options->show_secrets, "CHAP secrets too (root only)");
  runs(show_command, show);

  Command check_command = ibft.subcommand("check", "What is wrong with a table");
  add_source(check_command, *options);
  check_command.flag("--json", options->json, "As JSON");
  runs(check_command, check);

  Command find_command = ibft.subcommand("find", "Where tables are");
  find_command.flag("--json", options->json, "As JSON");
  runs(find_command, list);

  Command build_command = ibft.subcommand("build", "Write a table from JSON");
  build_command.option("SPEC", options->file, "What `show --json --show-secrets` prints")
      .required();
  build_command.option("--layout", options->layout, "As this firmware lays tables out")
      .one_of({"ipxe", "edk2"})
      .shows_default();
  build_command.option("-o,--output", options->output, "Where to write it, not a terminal");
  runs(build_command, build);
}

}  // namespace

void add_ibft(Command& program) {
  Command ibft = program.subcommand("ibft", "The iSCSI Boot Firmware Table");
  ibft.requires_subcommand();
  add_commands(ibft, std::make_shared<Options>());
}

}  // namespace isboot::cli
