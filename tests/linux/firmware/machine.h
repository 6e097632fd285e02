// A machine's firmware folders, made up in a temporary folder.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/linux/firmware/firmware_table.h"

namespace isboot::linux_platform::test {

class Machine {
public:
  Machine() {
    std::string pattern = std::filesystem::temp_directory_path() / "isboot-firmware-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    root_ = pattern;
  }
  ~Machine() { std::filesystem::remove_all(root_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  FirmwarePaths paths() const {
    return {root_ / "acpi/tables", root_ / "efi", root_ / "mem", root_ / "ibft",
            root_ / "firmware"};
  }
  std::filesystem::path root() const { return root_; }

  void write(const std::string& name, const std::vector<std::uint8_t>& content) {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(content.data()),
                                                static_cast<std::streamsize>(content.size()));
  }
  void write_acpi(const std::string& name, const std::vector<std::uint8_t>& content) {
    write("acpi/tables/" + name, content);
  }
  // Low memory with one table in it.
  void write_memory(std::size_t at, const std::vector<std::uint8_t>& table) {
    std::vector<std::uint8_t> memory(0x100000, 0xff);
    std::copy(table.begin(), table.end(), memory.begin() + static_cast<std::ptrdiff_t>(at));
    write("mem", memory);
  }
  // Folders of attributes, each a file with a newline, as iscsi_ibft shows them, and adapters'
  // drivers in "firmware/iscsi_bootN".
  std::string sysfs = "ibft";
  void write_sysfs(const std::string& folder, const std::map<std::string, std::string>& fields) {
    for (const auto& [name, value] : fields) {
      const std::string line = value + "\n";
      write(sysfs + "/" + folder + "/" + name, {line.begin(), line.end()});
    }
  }
  void start_by_uefi() { std::filesystem::create_directories(root_ / "efi"); }

private:
  std::filesystem::path root_;
};

}  // namespace isboot::linux_platform::test
