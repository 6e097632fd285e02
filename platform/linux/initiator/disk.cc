#include "platform/linux/initiator/disk.h"

#include <dirent.h>
#include <unistd.h>

#include <memory>

#include "platform/linux/system/file.h"
#include "platform/linux/system/uevents.h"

namespace isboot::linux_platform {
namespace {

constexpr Millis kRescanEvery = 1000;  // a target that is still starting adds its LUNs late

// The name of the disk below a SCSI device's folder; empty as long as there is none.
std::string disk_below(const std::string& device) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir((device + "/device/block").c_str()),
                                                   closedir};
  if (!folder) return {};
  while (const dirent* entry = readdir(folder.get()))
    if (entry->d_name[0] != '.') return entry->d_name;
  return {};
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace

std::uint64_t kernel_lun(const Lun& lun) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < lun.bytes.size(); i += 2) {
    const std::uint64_t word = static_cast<std::uint64_t>(lun.bytes[i]) << 8 | lun.bytes[i + 1];
    number |= word << (8 * i);
  }
  return number;
}

Result<DiskName> wait_for_disk(std::uint32_t host, const Lun& lun, Clock& clock, Millis deadline) {
  Uevents uevents = ISBOOT_TRY(Uevents::open(clock));
  const std::string number = std::to_string(kernel_lun(lun));
  const std::string host_number = std::to_string(host);
  const std::string scan = "/sys/class/scsi_host/host" + host_number + "/scan";
  const std::string device = "/sys/class/scsi_device/" + host_number + ":0:0:" + number;
  for (;;) {
    // Returns when the scan is over; the disk's driver goes on by itself.
    ISBOOT_TRY(write_file(scan, "0 0 " + number));
    if (exists(device)) break;
    if (clock.now() + kRescanEvery >= deadline)
      return Error{Errc::NotFound, 0, "the target has no such LUN"};
    clock.sleep_until(clock.now() + kRescanEvery);
  }
  for (;;) {
    const std::string disk = disk_below(device);
    if (!disk.empty() && exists("/dev/" + disk)) {
      DiskName name;
      ISBOOT_TRY(name.assign("/dev/" + disk));
      return name;
    }
    if (!uevents.wait(deadline))
      return Error{Errc::TimedOut, 0, "the LUN is there, but no disk came of it"};
  }
}

}  // namespace isboot::linux_platform
