#include "app/initramfs/machine_parts.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

constexpr const char* kOtherwise =
    "use the distribution's initramfs, which can (isboot's hooks put it in there)";

void add_once(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

// Without links; empty when there is no such file.
std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real{realpath(path.c_str(), nullptr), std::free};
  return real ? real.get() : std::string{};
}

bool is_there(const std::string& path) { return access(path.c_str(), F_OK) == 0; }
std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The drivers of a device and of what it hangs on: a virtio NIC needs its PCI driver, too.
void add_drivers(const std::string& device, std::vector<std::string>& modules) {
  for (std::string at = real_path(device); !at.empty() && last_part(at) != "devices";
       at = parent_of(at)) {
    const std::string module = real_path(at + "/driver/module");
    if (!module.empty()) add_once(modules, last_part(module));
  }
}

std::optional<MacAddress> mac_of(const std::string& nic) {
  const auto text = linux_platform::read_file(nic + "/address", 64);
  if (!text) return std::nullopt;
  const auto mac = parse_mac(part_of(*text, 0, position_of(*text, '\n')));
  return mac ? std::optional{*mac} : std::nullopt;
}

// The NIC's driver asks for its PHY's by request_module: no module depends on that.
void add_nic(const std::string& nic, std::vector<std::string>& modules) {
  add_drivers(nic + "/device", modules);
  add_drivers(nic + "/phydev", modules);
}

bool is_wanted(const std::string& nic, std::span<const MacAddress> wanted) {
  const auto mac = mac_of(nic);
  return mac && std::find(wanted.begin(), wanted.end(), *mac) != wanted.end();
}

// "eth0": there the kernel may call another NIC so.
bool is_kernels_name(Text name) {
  constexpr Text kPrefix = "eth";
  return name.starts_with(kPrefix) && parse_decimal(part_of(name, kPrefix.size()), UINT32_MAX).ok();
}

std::vector<std::string> hardware_nics(const std::string& sysfs) {
  std::vector<std::string> nics;
  const std::string folder = sysfs + "/class/net/";
  const std::unique_ptr<DIR, int (*)(DIR*)> links{opendir(folder.c_str()), closedir};
  if (!links) return nics;
  while (const dirent* entry = readdir(links.get()))
    if (is_there(folder + entry->d_name + "/device")) nics.push_back(folder + entry->d_name);
  std::sort(nics.begin(), nics.end());
  return nics;
}

// What stands between the file system and a disk, or nothing.
const char* layer_of(const std::string& block_device) {
  const std::string device = real_path(block_device);
  if (device.empty()) return nullptr;
  for (const std::string& at : {device, parent_of(device)}) {
    if (is_there(at + "/dm")) return "the device mapper (LUKS, LVM or multipath)";
    if (is_there(at + "/md")) return "a software RAID (md)";
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> nic_modules(const std::string& sysfs, std::span<const MacAddress> wanted) {
  const std::vector<std::string> nics = hardware_nics(sysfs);
  std::vector<std::string> modules;
  for (const std::string& nic : nics)
    if (is_wanted(nic, wanted)) add_nic(nic, modules);
  if (modules.empty())
    for (const std::string& nic : nics) add_nic(nic, modules);
  return modules;
}

std::string nic_names(const std::string& sysfs) {
  std::string lines;
  for (const std::string& nic : hardware_nics(sysfs)) {
    const std::string name = last_part(nic);
    const auto mac = mac_of(nic);
    if (mac && !is_kernels_name(name))
      lines += std::string{to_text(*mac).view()} + " " + name + "\n";
  }
  return lines;
}

Outcome<> find_root_place(const std::string& sysfs, Text mounts, RootPlace& place) {
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
  const std::string real = real_path(place.device);
  const std::string name = last_part(real.empty() ? place.device : real);
  if (const char* layer = layer_of(sysfs + "/class/block/" + name))
    return Failure{"root (" + place.device + ") is on " + layer +
                       ", which isboot's own initramfs does not assemble",
                   kOtherwise};
  return Done{};
}

}  // namespace isboot::app
