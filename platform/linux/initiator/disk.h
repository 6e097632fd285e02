#pragma once

#include <string>

#include "core/ports/initiator.h"
#include "platform/linux/sysfs/sysfs.h"

namespace isboot::linux_platform {

// A LUN as the kernel counts it in sysfs names and in `scan`: four big-endian 16-bit
// words, the first one least significant (scsilun_to_int in drivers/scsi/scsi_common.c).
std::uint64_t kernel_lun(const Lun& lun);

// Where the kernel shows SCSI devices and where their nodes are; tests choose folders.
struct DiskPlaces {
  Sysfs sysfs = Sysfs{};
  std::string devices = "/dev";
};

// Makes the kernel look for this LUN of SCSI host `host` and waits for the device node
// of its disk. A LUN that is not there is asked for again until the deadline.
// Errc::NotFound: the target has no such LUN. Errc::TimedOut: the LUN is there, but is
// no disk, no driver (sd_mod) takes it, or it is not ready and has no size.
Result<DiskName> wait_for_disk(std::uint32_t host, const Lun& lun, Clock& clock, Millis deadline,
                               const DiskPlaces& places = {});

}  // namespace isboot::linux_platform
