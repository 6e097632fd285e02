#include "app/initramfs/machine_parts.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOtherwise =
    "use the distribution's initramfs, which can (isboot's hooks put it in there)";

void add_once(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

// The drivers of a device and of what it hangs on: a virtio NIC needs its PCI driver, too.
void add_drivers(const fs::path& device, std::vector<std::string>& modules) {
  std::error_code error;
  for (fs::path at = fs::canonical(device, error);
       !error && at.has_relative_path() && at.filename() != "devices"; at = at.parent_path()) {
    const fs::path module = fs::canonical(at / "driver/module", error);
    if (!error) add_once(modules, module.filename());
    error.clear();
  }
}

bool is_wanted(const fs::path& nic, std::span<const MacAddress> wanted) {
  const auto text = linux_platform::read_file(nic / "address", 64);
  if (!text) return false;
  const auto mac = parse_mac(slice(*text, 0, find(*text, '\n')));
  return mac && std::find(wanted.begin(), wanted.end(), *mac) != wanted.end();
}

std::vector<fs::path> hardware_nics(const std::string& sysfs) {
  std::vector<fs::path> nics;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{sysfs + "/class/net", error})
    if (fs::exists(entry.path() / "device", error)) nics.push_back(entry.path());
  std::sort(nics.begin(), nics.end());
  return nics;
}

// What stands between the file system and a disk, or nothing.
const char* layer_of(const fs::path& block_device) {
  std::error_code error;
  const fs::path device = fs::canonical(block_device, error);
  if (error) return nullptr;
  for (const fs::path& at : {device, device.parent_path()}) {
    if (fs::exists(at / "dm", error)) return "the device mapper (LUKS, LVM or multipath)";
    if (fs::exists(at / "md", error)) return "a software RAID (md)";
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> nic_modules(const std::string& sysfs, std::span<const MacAddress> wanted) {
  const std::vector<fs::path> nics = hardware_nics(sysfs);
  std::vector<std::string> modules;
  for (const fs::path& nic : nics)
    if (is_wanted(nic, wanted)) add_drivers(nic / "device", modules);
  if (modules.empty())
    for (const fs::path& nic : nics) add_drivers(nic / "device", modules);
  return modules;
}

std::optional<Failure> find_root_place(const std::string& sysfs, Text mounts, RootPlace& place) {
  place = {};
  std::istringstream lines{std::string{mounts}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string device, where, type;
    // The last one covers those before it.
    if (words >> device >> where >> type && where == "/") place = {device, type};
  }
  if (!place.device.starts_with("/dev/"))
    return Failure{"root is on \"" + place.device + "\" (" + place.type + "), which is no disk",
                   "name the file system with --root-type, or " + std::string{kOtherwise}};
  std::error_code error;
  const fs::path real = fs::canonical(place.device, error);
  const std::string name = error ? fs::path{place.device}.filename() : real.filename();
  if (const char* layer = layer_of(sysfs + "/class/block/" + name))
    return Failure{"root (" + place.device + ") is on " + layer +
                       ", which isboot's own initramfs does not assemble",
                   kOtherwise};
  return std::nullopt;
}

}  // namespace isboot::app
