#include "platform/linux/firmware/firmware_table.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/ibft/decode.h"
#include "platform/linux/firmware/sources.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// How good a table is to boot from.
enum class Fitness : std::uint8_t { Broken, Valid, Bootable };

Fitness fitness(const FirmwareTable& found) {
  ibft::Table table;
  ibft::Findings findings;
  if (!ibft::decode(found.bytes(), table, findings)) return Fitness::Broken;
  for (const ibft::Target& target : table.targets)
    if (target.boot_selected) return Fitness::Bootable;
  return Fitness::Valid;
}

// The best so far, and whether to look on.
class Choice {
public:
  // True when there is nothing better to hope for.
  bool take(std::vector<FirmwareTable>& tables) {
    for (FirmwareTable& table : tables) {
      const Fitness its = fitness(table);
      if (best_ && its <= fitness_) continue;
      best_ = std::move(table);
      fitness_ = its;
      if (fitness_ == Fitness::Bootable) break;
    }
    return best_ && fitness_ == Fitness::Bootable;
  }
  bool empty() const { return !best_; }
  FirmwareTable best() { return std::move(*best_); }

private:
  std::optional<FirmwareTable> best_;
  Fitness fitness_ = Fitness::Broken;
};

using Search = void (*)(const FirmwarePaths&, FirmwareSearch&);

Result<FirmwareTable> choose_from(std::initializer_list<Search> places,
                                  const FirmwarePaths& paths) {
  Choice choice;
  Error error{Errc::NotFound, 0, "there is no iBFT"};
  for (const Search search : places) {
    FirmwareSearch found;
    search(paths, found);
    if (found.unreadable) error = *found.unreadable;
    if (choice.take(found.tables)) break;
  }
  if (choice.empty()) return error;
  return choice.best();
}

Result<FirmwareTable> acpi_table(Text number, const FirmwarePaths& paths) {
  const auto wanted = parse_decimal(number, UINT16_MAX);
  if (!wanted || *wanted == 0)
    return Error{Errc::BadValue, 0, "acpi: wants a number from 1 on behind it"};
  FirmwareSearch found;
  search_acpi(paths, found);
  if (*wanted > found.tables.size())
    return Error{Errc::NotFound, 0, "ACPI has no iBFT with this number"};
  return std::move(found.tables[*wanted - 1]);
}

// The target's server has a name instead.
void forget_missing_address(std::uint8_t target, ibft::Findings& findings) {
  const ibft::Place place{ibft::StructureKind::Target, target};
  ibft::Finding* const end =
      std::remove_if(findings.begin(), findings.end(), [&](const ibft::Finding& finding) {
        return finding.code == ibft::FindingCode::AddressMissing && finding.place() == place;
      });
  const auto left = static_cast<std::size_t>(end - findings.begin());
  findings.errors -= findings.count - left;
  findings.count = left;
}

}  // namespace

std::string obstacle(const std::string& path, const Error& error) {
  const Text reason = system_error_text(error.code);
  return path + ": " + (reason.empty() ? error.text : std::string{reason});
}

Result<Done> decode(const FirmwareTable& found, ibft::Table& table, ibft::Findings& findings) {
  for (const ibft::Finding& unknown : found.unknown)
    findings.add(unknown.code, unknown.place(), unknown.offset, unknown.field);
  ISBOOT_TRY(ibft::decode(found.bytes(), table, findings));
  for (std::uint8_t i = 0; i < table.targets.count && i < found.hosts.size(); ++i) {
    if (found.hosts[i].empty()) continue;
    table.targets.items[i].host = found.hosts[i];
    forget_missing_address(i, findings);
  }
  return Done{};
}

FirmwareSearch find_tables(const FirmwarePaths& paths) {
  FirmwareSearch search;
  search_acpi(paths, search);
  search_low_memory(paths, search);
  if (search.tables.empty()) search_iscsi_ibft(paths, search);
  return search;
}

Result<FirmwareTable> choose_table(Text choice, const FirmwarePaths& paths) {
  constexpr Text kNumbered = "acpi:";
  if (choice.empty() || choice == "auto")
    return choose_from({search_acpi, search_low_memory, search_iscsi_ibft}, paths);
  if (choice == "acpi") return choose_from({search_acpi}, paths);
  if (choice.starts_with(kNumbered)) return acpi_table(part_of(choice, kNumbered.size()), paths);
  if (choice == "lowmem") return choose_from({search_low_memory}, paths);
  if (choice == "sysfs") return choose_from({search_iscsi_ibft, search_adapters}, paths);
  return read_table_file(std::string{choice});
}

Result<FirmwareTable> read_table_file(const std::string& path) {
  auto pages = read_secret_file(path.c_str(), kMaxTableFile);
  if (!pages) return pages.error();
  return FirmwareTable{"file:" + path, std::move(*pages), {}};
}

}  // namespace isboot::linux_platform
