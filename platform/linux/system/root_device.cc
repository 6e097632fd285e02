#include "platform/linux/system/root_device.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <strings.h>

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

}  // namespace

std::string find_device_by_tag(const std::string& tag, const std::string& value) {
  const char* name = blkid_name(tag);
  const bool is_uuid = tag.ends_with("UUID");  // which people write in either case
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir("/sys/class/block"), closedir};
  if (!folder) return {};
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] == '.') continue;
    const std::string found = value_of(probe_of(std::string{"/dev/"} + entry->d_name), name);
    if (found.empty()) continue;
    if (found == value || (is_uuid && strcasecmp(found.c_str(), value.c_str()) == 0))
      return entry->d_name;
  }
  return {};
}

std::string file_system_type(const std::string& device) {
  return value_of(probe_of(device), "TYPE");
}

}  // namespace isboot::linux_platform
