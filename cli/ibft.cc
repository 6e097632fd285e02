// isboot ibft show, check, find and build.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/table/ibft_page.h"
#include "app/table/ibft_spec.h"
#include "app/table/ibft_text.h"
#include "cli/command.h"
#include "core/boot/plan_fault.h"
#include "core/ibft/decode.h"
#include "core/ibft/encode.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/system/private_file.h"
#include "platform/linux/system_error.h"

namespace isboot::cli {
namespace {

using linux_platform::FirmwareTable;

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

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// A file's name need not be UTF-8.
void print_json(const Json& json) {
  print(json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

int fail(const std::string& what, const std::string& next_step) {
  std::fprintf(stderr, "isboot ibft: %s\n%s\n", what.c_str(), next_step.c_str());
  return kFailed;
}

std::string reason_of(const Error& error) {
  const Text system = system_error_text(error.code);
  return system.empty() ? error.text : std::string{error.text} + ": " + std::string{system};
}

// A table with all that can be said of it.
struct Loaded {
  FirmwareTable found;
  ibft::Table table;
  ibft::Findings findings;
  std::optional<Error> error;  // nothing can be read from it
  std::string obstacle;        // why nothing can be booted from it; empty: something can
};

// What `plan` says of the table, without parameters.
std::string obstacle_of(const Loaded& loaded) {
  const boot::Parameters none;
  boot::Plan plan;
  const auto planned =
      loaded.error ? Result<Done>{*loaded.error} : boot::make_plan(loaded.table, none, plan);
  if (!planned)
    return std::string{
        boot::fault_text(loaded.found.source, loaded.table, none, planned.error()).view()};
  const auto possible = boot::can_be_set_up(plan, plan.count);
  return possible ? std::string{}
                  : loaded.found.source + ": no path can be set up: " + reason_of(possible.error());
}

// An error is what a boot fails of: where one succeeds it is a warning.
void weigh(Loaded& loaded) {
  loaded.obstacle = obstacle_of(loaded);
  if (!loaded.obstacle.empty()) return;
  for (ibft::Finding& finding : loaded.findings)
    if (finding.severity == ibft::Severity::Error) finding.severity = ibft::Severity::Warning;
  loaded.findings.errors = 0;
}

// Nothing when there is no table; `status` is then set and the reason printed.
std::unique_ptr<Loaded> load(const Options& options, int& status) {
  auto found = options.file.empty() ? linux_platform::choose_table(options.table)
                                    : linux_platform::read_table_file(options.file);
  if (!found) {
    const Error& error = found.error();
    status = kFailed;
    if (error.code == Code{Errc::NotFound} && options.file.empty()) {
      std::fprintf(stderr, "isboot ibft: %s\n", error.text);
      status = kNothingToDo;
    } else if (errno_of(error.code) == EACCES || errno_of(error.code) == EPERM) {
      fail(reason_of(error), "Only root may read the firmware's tables: run it as root.");
    } else {
      fail(reason_of(error), "`isboot ibft find` lists the tables that there are.");
    }
    return nullptr;
  }
  auto loaded = std::make_unique<Loaded>();
  loaded->found = std::move(*found);
  const auto result = decode(loaded->found, loaded->table, loaded->findings);
  if (!result) loaded->error = result.error();
  weigh(*loaded);
  return loaded;
}

int fail_decode(const Error& error) {
  return fail("offset " + std::to_string(error.offset) + ": " + error.text,
              "Nothing can be booted from this table; `isboot ibft find` lists all there are.");
}

int show(const Options& options) {
  if (options.show_secrets && geteuid() != 0)
    return fail("--show-secrets is for root", "Run it as root, or without --show-secrets.");
  int status = kDone;
  const auto loaded = load(options, status);
  if (loaded == nullptr) return status;
  const PageOptions page = options.page();
  const std::string& source = loaded->found.source;
  if (!options.hex.empty()) {
    const std::string text = hex_page(loaded->found.bytes(), loaded->table, options.hex, page);
    if (text.empty())
      return fail("the table has no structure " + options.hex,
                  "`isboot ibft show` lists the structures by name.");
    print(text);
  } else if (options.json) {
    print_json(ibft_json(source, loaded->table, loaded->findings, page.secrets));
  } else {
    print(ibft_page(source, loaded->table, loaded->findings, page));
  }
  return loaded->error ? fail_decode(*loaded->error) : kDone;
}

int check(const Options& options) {
  int status = kDone;
  const auto loaded = load(options, status);
  if (loaded == nullptr) return status;
  const std::string& obstacle = loaded->obstacle;
  // Without a finding of its own it is one.
  const std::size_t errors =
      std::max<std::size_t>(loaded->findings.errors, obstacle.empty() ? 0 : 1);
  if (options.json) {
    Json json;
    json["source"] = loaded->found.source;
    json["can_boot"] = obstacle.empty();
    json["obstacle"] = obstacle.empty() ? Json{} : Json(escaped(obstacle));
    json["findings"] = findings_json(loaded->findings);
    print_json(json);
  } else {
    print(findings_page(loaded->findings, options.page()));
    const std::size_t all = loaded->findings.count + loaded->findings.dropped;
    print(loaded->found.source + ": " + std::to_string(errors) + " errors, " +
          std::to_string(all - loaded->findings.errors) + " warnings and notes\n");
  }
  if (obstacle.empty()) return kDone;
  return fail("nothing can be booted: " + obstacle,
              "docs/ibft.md says of each finding what it means; "
              "`isboot ibft show --offsets` shows where it is.");
}

Json found_json(const FirmwareTable& found, bool chosen) {
  ibft::Table table;
  ibft::Findings findings;
  const auto result = decode(found, table, findings);
  bool boot_selected = false;
  for (const ibft::Target& target : table.targets) boot_selected |= target.boot_selected;
  Json json;
  json["source"] = found.source;
  json["length"] = table.length;
  json["valid"] = result.ok();
  json["boot_selected"] = boot_selected;
  json["chosen"] = chosen;
  json["error"] = result ? Json{} : Json(result.error().text);
  return json;
}

int find(const Options& options) {
  const auto search = linux_platform::find_tables();
  const auto chosen = linux_platform::choose_table("auto");
  Json json;
  json["tables"] = Json::array();
  for (const FirmwareTable& found : search.tables)
    json["tables"].push_back(found_json(found, chosen && chosen->source == found.source));
  json["not_looked_at"] = search.obstacles;
  if (options.json) {
    print_json(json);
  } else {
    for (const Json& table : json["tables"]) {
      const std::string state = table["valid"] ? "valid" : table["error"].get<std::string>();
      print(table["source"].get<std::string>() + "  " + table["length"].dump() + " bytes  " +
            state + (table["boot_selected"] ? ", boot-selected" : ", nothing boot-selected") +
            (table["chosen"] ? "  <- isboot takes this one" : "") + "\n");
    }
  }
  for (const std::string& obstacle : search.obstacles)
    std::fprintf(stderr, "isboot ibft: not looked at: %s\n", obstacle.c_str());
  if (!search.tables.empty()) return kDone;
  std::fputs("isboot ibft: there is no iBFT\n", stderr);
  return search.unreadable ? kFailed : kNothingToDo;
}

int write_output(const Options& options, Bytes table) {
  const bool to_file = !options.output.empty() && options.output != "-";
  if (!to_file && isatty(STDOUT_FILENO) != 0)
    return fail("a table is no text for a terminal", "Name a file: --output FILE.");
  if (to_file) {
    // Secrets may be in it.
    const auto made = linux_platform::make_private_file(options.output, table);
    if (made) return kDone;
    return fail(options.output + ": " + reason_of(made.error()),
                "The table was not written; name another file.");
  }
  if (std::fwrite(table.data(), 1, table.size(), stdout) == table.size() &&
      std::fflush(stdout) == 0)
    return kDone;
  return fail("standard output takes no table", "The table was not written.");
}

int build(const Options& options) {
  const auto spec =
      linux_platform::read_secret_file(options.file.c_str(), linux_platform::kMaxTableFile);
  if (!spec) return fail(options.file + ": " + reason_of(spec.error()), "Name a readable file.");
  Json json = Json::parse(as_text(spec->bytes()), nullptr, false);
  if (json.is_discarded())
    return fail(options.file + ": is no JSON", "`isboot ibft show --json` writes a spec.");
  TextStore texts;
  auto pages = linux_platform::SecretPages::allocate(ibft::kMaxEncoded);
  if (!pages) return fail(reason_of(pages.error()), "There is no memory for a table.");
  try {
    const ibft::Table table = table_from_json(json, texts);
    const auto layout = options.layout == "edk2" ? ibft::Layout::Edk2 : ibft::Layout::Ipxe;
    const auto bytes = encode(table, layout, pages->memory());
    wipe_texts(json);
    if (!bytes) return fail(bytes.error().text, "No table of this layout can hold this spec.");
    pages->resize(bytes->size());
  } catch (const SpecError& error) {
    wipe_texts(json);
    return fail(options.file + ": " + error.what(), "docs/ibft.md describes a spec.");
  }
  return write_output(options, pages->bytes());
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
  const auto runs = [options](Command& command, int (*function)(const Options&)) {
    command.runs([options, function] { return function(*options); });
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
  runs(find_command, find);

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
