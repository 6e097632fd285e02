#include "app/table/loaded_table.h"

#include <algorithm>
#include <cerrno>

#include "app/table/ibft_json.h"
#include "app/table/ibft_text.h"
#include "core/boot/plan_fault.h"

namespace isboot::app {
namespace {

using linux_platform::FirmwareTable;

// What `plan` says of the table, without parameters.
std::string obstacle_of(const LoadedTable& loaded) {
  const boot::Parameters none;
  boot::Plan plan;
  const auto planned =
      loaded.error ? Result<Done>{*loaded.error} : boot::make_plan(loaded.table, none, plan);
  if (!planned)
    return std::string{
        boot::fault_text(loaded.found.source, loaded.table, none, planned.error()).view()};
  const auto fault = boot::set_up_fault(plan, plan.count);
  return fault.empty() ? std::string{} : loaded.found.source + ": " + std::string{fault.view()};
}

Failure not_found(const Error& error) {
  const int number = errno_of(error.code);
  if (number == EACCES || number == EPERM)
    return {in_words(error), "only root may read the firmware's tables: run it as root"};
  return {in_words(error), "`isboot ibft find` lists the tables that there are"};
}

Json found_json(const FirmwareTable& found, bool chosen) {
  ibft::Table table;
  ibft::Findings findings;
  const auto decoded = decode(found, table, findings);
  const bool selected =
      std::any_of(table.targets.begin(), table.targets.end(),
                  [](const ibft::Target& target) { return target.boot_selected; });
  return Json::object({{"source", found.source},
                       {"length", table.length},
                       {"valid", decoded.ok()},
                       {"boot_selected", selected},
                       {"chosen", chosen},
                       {"error", decoded ? Json{} : Json(decoded.error().text)}});
}

}  // namespace

std::unique_ptr<LoadedTable> look_into(FirmwareTable found) {
  auto loaded = std::make_unique<LoadedTable>();
  loaded->found = std::move(found);
  const auto decoded = decode(loaded->found, loaded->table, loaded->findings);
  if (!decoded) loaded->error = decoded.error();
  loaded->obstacle = obstacle_of(*loaded);
  if (!loaded->obstacle.empty()) return loaded;
  for (ibft::Finding& finding : loaded->findings)
    if (finding.severity == ibft::Severity::Error) finding.severity = ibft::Severity::Warning;
  loaded->findings.errors = 0;
  return loaded;
}

Outcome<std::unique_ptr<LoadedTable>> load_table(const std::string& file,
                                                 const std::string& choice) {
  auto found =
      file.empty() ? linux_platform::choose_table(choice) : linux_platform::read_table_file(file);
  if (found) return look_into(std::move(*found));
  if (file.empty() && found.error().code == Errc::NotFound) return std::unique_ptr<LoadedTable>{};
  return not_found(found.error());
}

std::size_t errors_in(const LoadedTable& loaded) {
  return std::max<std::size_t>(loaded.findings.errors, loaded.obstacle.empty() ? 0 : 1);
}

Failure decode_failure(const Error& error) {
  return {"offset " + std::to_string(error.offset) + ": " + error.text,
          "nothing can be booted from this table; `isboot ibft find` lists all there are"};
}

Failure obstacle_failure(const LoadedTable& loaded) {
  return {"nothing can be booted: " + loaded.obstacle,
          "docs/ibft.md says of each finding what it means; `isboot ibft show --offsets` shows "
          "where it is"};
}

Json judgement_json(const LoadedTable& loaded) {
  const std::string& obstacle = loaded.obstacle;
  return Json::object({{"source", loaded.found.source},
                       {"can_boot", obstacle.empty()},
                       {"obstacle", obstacle.empty() ? Json{} : Json(escaped(obstacle))},
                       {"findings", findings_json(loaded.findings)}});
}

Json tables_json(const linux_platform::FirmwareSearch& search, const std::string& chosen_source) {
  Json tables = Json::list();
  for (const FirmwareTable& found : search.tables)
    tables.push_back(found_json(found, found.source == chosen_source));
  return Json::object({{"tables", std::move(tables)}, {"not_looked_at", search.obstacles}});
}

std::string table_lines(const Json& tables) {
  std::string lines;
  for (const Json& table : tables["tables"])
    lines += table["source"].text() + "  " + table["length"].dump() + " bytes  " +
             (table["valid"].boolean() ? "valid" : table["error"].text()) +
             (table["boot_selected"].boolean() ? ", boot-selected" : ", nothing boot-selected") +
             (table["chosen"].boolean() ? "  <- isboot takes this one" : "") + "\n";
  return lines;
}

}  // namespace isboot::app
