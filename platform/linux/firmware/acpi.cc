#include <dirent.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "platform/linux/firmware/sources.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// Linux appends a number to the signature when there are several with the same one:
// iBFT1, iBFT2. The two spellings are counted apart.
struct AcpiName {
  std::string name;
  bool upper_case = false;
  std::uint64_t number = 0;

  friend bool operator<(const AcpiName& a, const AcpiName& b) {
    if (a.upper_case != b.upper_case) return b.upper_case;
    return a.number < b.number;
  }
};

std::optional<AcpiName> parse_name(const char* entry) {
  const Text name{entry};
  const Text signature = part_of(name, 0, 4);
  if (signature != "iBFT" && signature != "IBFT") return std::nullopt;
  AcpiName parsed{std::string{name}, signature == "IBFT", 0};
  if (name.size() == 4) return parsed;
  const auto number = parse_decimal(part_of(name, 4), UINT32_MAX);
  if (!number) return std::nullopt;
  parsed.number = *number;
  return parsed;
}

}  // namespace

void search_acpi(const FirmwarePaths& paths, FirmwareSearch& search) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(paths.acpi_tables.c_str()), closedir};
  if (folder == nullptr) return;  // a machine without ACPI
  std::vector<AcpiName> names;
  while (const dirent* entry = readdir(folder.get()))
    if (auto name = parse_name(entry->d_name)) names.push_back(std::move(*name));
  std::sort(names.begin(), names.end());
  for (const AcpiName& name : names) {
    const std::string path = paths.acpi_tables + "/" + name.name;
    auto pages = read_secret_file(path.c_str(), kMaxTableFile);
    if (pages) {
      search.tables.push_back({"acpi:" + name.name, std::move(*pages), {}});
      continue;
    }
    search.obstacles.push_back(obstacle(path, pages.error()));
    search.unreadable = pages.error();
  }
}

}  // namespace isboot::linux_platform
