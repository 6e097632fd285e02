#include "platform/linux/system/root_device.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace isboot::linux_platform {
namespace {

using Probe = std::unique_ptr<std::remove_pointer_t<blkid_probe>, void (*)(blkid_probe)>;

Probe probe_of(const std::string& device) {
  Probe probe{blkid_new_probe_from_filename(device.c_str()), blkid_free_probe};
  if (!probe) return probe;
  blkid_probe_enable_superblocks(probe.get(), 1);
  blkid_probe_set_superblocks_flags(probe.get(),
                                    BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_TYPE);
  blkid_probe_enable_partitions(probe.get(), 1);
  blkid_probe_set_partitions_flags(probe.get(), BLKID_PARTS_ENTRY_DETAILS);
  if (blkid_do_safeprobe(probe.get()) < 0) probe.reset();  // unreadable, or ambiguous
  return probe;
}

std::string value_of(const Probe& probe, const char* name) {
  const char* value = nullptr;
  if (!probe || blkid_probe_lookup_value(probe.get(), name, &value, nullptr) != 0) return {};
  return value;
}

// libblkid's name of the value that a tag of root= means.
const char* blkid_name(const std::string& tag) {
  if (tag == "PARTUUID") return "PART_ENTRY_UUID";
  if (tag == "PARTLABEL") return "PART_ENTRY_NAME";
  return tag == "UUID" ? "UUID" : "LABEL";
}

// sysfs has a partition's folder in that of its disk: ".../block/sda/sda1".
bool is_on_disk(const std::string& entry, const std::string& disk) {
  const std::unique_ptr<char, void (*)(void*)> path{realpath(entry.c_str(), nullptr), std::free};
  if (!path || disk.empty()) return false;
  return (std::string{path.get()} + "/").find("/block/" + disk + "/") != std::string::npos;
}

}  // namespace

std::vector<std::string> find_devices_by_tag(const std::string& tag, const std::string& value,
                                             const std::string& booted,
                                             const BlockFolders& folders) {
  std::vector<std::string> found;
  const char* name = blkid_name(tag);
  const bool is_uuid = tag.ends_with("UUID");  // which people write in either case
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(folders.classes.c_str()), closedir};
  if (!folder) return found;
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] == '.') continue;
    const std::string its = value_of(probe_of(folders.nodes + "/" + entry->d_name), name);
    if (its.empty()) continue;
    if (its == value || (is_uuid && strcasecmp(its.c_str(), value.c_str()) == 0))
      found.push_back(entry->d_name);
  }
  std::sort(found.begin(), found.end());
  std::stable_partition(found.begin(), found.end(), [&](const std::string& device) {
    return is_on_disk(folders.classes + "/" + device, booted);
  });
  return found;
}

std::string file_system_type(const std::string& device) {
  return value_of(probe_of(device), "TYPE");
}

}  // namespace isboot::linux_platform
