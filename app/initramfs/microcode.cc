#include "app/initramfs/microcode.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace isboot::app {
namespace {

// "cpu family\t: 6" of the first processor; empty when it has no such line.
std::string value_of(Text cpuinfo, Text key) {
  std::istringstream lines{std::string{cpuinfo}};
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(key)) continue;
    if (line.find_first_not_of(" \t", key.size()) != colon) continue;  // "model name" for "model"
    const std::size_t start = line.find_first_not_of(' ', colon + 1);
    return start == std::string::npos ? std::string{} : line.substr(start);
  }
  return {};
}

// Intel's files are called FAMILY-MODEL-STEPPING; one for early loading alone has ".initramfs"
// behind.
std::vector<std::string> intel_files(const std::string& firmware, Text cpuinfo) {
  std::array<unsigned, 3> numbers{};
  std::size_t at = 0;
  for (const Text key : {"cpu family", "model", "stepping"})
    numbers[at++] =
        static_cast<unsigned>(std::strtoul(value_of(cpuinfo, key).c_str(), nullptr, 10));
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "%02x-%02x-%02x", numbers[0], numbers[1], numbers[2]);
  std::vector<std::string> files;
  for (const char* suffix : {"", ".initramfs"}) {
    const std::string file = firmware + "/intel-ucode/" + name.data() + suffix;
    if (std::filesystem::is_regular_file(file)) files.push_back(file);
  }
  return files;
}

// One file a family; the kernel chooses.
std::vector<std::string> amd_files(const std::string& firmware) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator{firmware + "/amd-ucode", none}) {
    const std::string name = entry.path().filename();
    if (name.starts_with("microcode_amd") && name.ends_with(".bin")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Microcode microcode_for(const std::string& firmware, Text cpuinfo) {
  const std::string vendor = value_of(cpuinfo, "vendor_id");
  Microcode microcode;
  if (vendor == "GenuineIntel") microcode.files = intel_files(firmware, cpuinfo);
  if (vendor == "AuthenticAMD") microcode.files = amd_files(firmware);
  if (!microcode.files.empty()) microcode.name = "kernel/x86/microcode/" + vendor + ".bin";
  return microcode;
}

}  // namespace isboot::app
