#include "platform/linux/sysfs/disk_use.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr std::size_t kMaxTable = 8U << 20;  // of a host with thousands of containers
constexpr const char* kBlock = "class/block/";

using Devices = std::vector<std::string>;  // names in class/block

// The session's disks and their partitions: sysfs names the session in the path of each. Then
// what is made of them, and of that.
Devices devices_of(unsigned session, const Sysfs& sysfs) {
  const std::string part = "/session" + std::to_string(session) + "/";
  Devices devices;
  const auto add = [&devices](const std::string& name) {
    if (std::find(devices.begin(), devices.end(), name) == devices.end()) devices.push_back(name);
  };
  for (const std::string& name : sysfs.names(kBlock))
    if (sysfs.target(kBlock + name).find(part) != std::string::npos) add(name);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const std::string folder = kBlock + devices[i] + "/";
    for (const std::string& holder : sysfs.names(folder + "holders")) add(holder);
    for (const std::string& below : sysfs.names(folder))
      if (sysfs.has(folder + below + "/partition")) add(below);
  }
  return devices;
}

// A line of mountinfo (proc_pid_mountinfo(5)): "30 1 8:17 / /boot rw … - ext4 /dev/sdb1 rw".
struct Mount {
  std::string number;
  std::string place;
  std::string source;
};

Mount parse_mount(const std::string& line) {
  Mount mount;
  std::string ignored;
  std::istringstream fields{line};
  fields >> ignored >> ignored >> mount.number >> ignored >> mount.place;
  while (fields >> ignored && ignored != "-") {
  }
  fields >> ignored >> mount.source;
  return mount;
}

std::optional<std::string> use_by_mounts(const std::string& table, const Devices& devices,
                                         const Sysfs& sysfs) {
  std::istringstream lines{table};
  for (std::string line; std::getline(lines, line);) {
    const Mount mount = parse_mount(line);
    for (const std::string& device : devices)
      // A file system over several disks has a number of its own, and names one of them.
      if (mount.number == sysfs.attribute(kBlock + device + "/dev") ||
          mount.source == "/dev/" + device)
        return device + " is mounted at " + mount.place;
  }
  return std::nullopt;
}

std::optional<std::string> use_by_btrfs(const Devices& devices, const Sysfs& sysfs) {
  for (const std::string& file_system : sysfs.names("fs/btrfs"))
    for (const std::string& device : devices)
      if (sysfs.has("fs/btrfs/" + file_system + "/devices/" + device))
        return device + " is of the btrfs " + file_system + ", which is mounted";
  return std::nullopt;
}

std::optional<std::string> use_as_swap(const std::string& table, const Devices& devices) {
  std::istringstream lines{table};
  for (std::string line; std::getline(lines, line);) {
    const std::string path = line.substr(0, line.find_first_of(" \t"));
    for (const std::string& device : devices)
      if (path == "/dev/" + device) return device + " is swap space";
  }
  return std::nullopt;
}

// The mount tables that processes see, each namespace's once.
std::optional<std::vector<std::string>> mount_tables(const std::string& proc) {
  const auto own = read_file(proc + "/self/mountinfo", kMaxTable);
  if (!own) return std::nullopt;
  std::vector<std::string> tables{*own};
  std::set<std::string> seen;
  for (const std::string& process : Sysfs{proc}.names(".")) {
    if (process.find_first_not_of("0123456789") != std::string::npos) continue;
    std::array<char, 64> space{};
    const ssize_t size =
        readlink((proc + "/" + process + "/ns/mnt").c_str(), space.data(), space.size());
    if (size <= 0 || !seen.emplace(space.data(), static_cast<std::size_t>(size)).second) continue;
    // One that ends meanwhile has none any more.
    if (const auto table = read_file(proc + "/" + process + "/mountinfo", kMaxTable))
      tables.push_back(*table);
  }
  return tables;
}

}  // namespace

std::optional<std::string> use_of_disks(unsigned session, const Sysfs& sysfs,
                                        const std::string& proc) {
  const Devices devices = devices_of(session, sysfs);
  const auto tables = mount_tables(proc);
  if (!tables) return proc + "/self/mountinfo cannot be read: what is mounted is not known";
  for (const std::string& table : *tables)
    if (auto use = use_by_mounts(table, devices, sysfs)) return use;
  if (auto use = use_by_btrfs(devices, sysfs)) return use;
  // A kernel without swap has no such file.
  const auto swaps = read_file(proc + "/swaps", kMaxTable);
  return swaps ? use_as_swap(*swaps, devices) : std::nullopt;
}

}  // namespace isboot::linux_platform
