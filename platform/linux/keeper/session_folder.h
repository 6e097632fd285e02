// What sysfs says of the kernel's sessions and their disks, and what it takes to be told, by a
// descriptor that stays good when the root directory changes. Allocates nothing.
#pragma once

#include <optional>

#include "core/ports/initiator.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

// What a disk calls itself in the device identification page of SCSI (VPD page 0x83), as the
// kernel words it: "naa.6001405…". Two disks with one such name are one.
using DiskId = InlineText<127>;

// Both as the kernel prints the numbers of devices: "254:0".
struct MultipathPath {
  InlineText<15> device;  // of dm-multipath
  InlineText<15> disk;
};

class SessionFolder {
public:
  // `classes`: sysfs's folder "class". The errno of the open: ENOENT without the module
  // scsi_transport_iscsi.
  static Result<SessionFolder> open(const char* classes = "/sys/class");

  // Its descriptor is this number, or at least this, from then on. False: there is none to be had.
  bool move_to(int descriptor);
  bool move_above(int descriptor);

  // Whether the session's connection carries I/O; false as well when there is no session.
  bool is_logged_in(SessionId session) const;
  // Errc::NotFound: there is no session of this number with this target (numbers are used again),
  // nor, if `unused` may do, one of this number that never was logged in anywhere. Another error:
  // sysfs could not be read, which says nothing of the session.
  Result<Done> find(SessionId session, Text target_name, bool unused) const;
  // What is certain: false when sysfs cannot be read. A session that is gone is both.
  bool is_lost(SessionId session) const;
  bool is_unbound(SessionId session) const;  // it has no disks any more, nor any other device

  // Seconds that I/O waits for the lost session before it fails; nothing: for ever.
  // The kernel takes another value only while the session is logged in: EBUSY.
  Result<Done> set_recovery_limit(SessionId session, std::optional<std::uint32_t> limit) const;
  bool holds_for_ever(SessionId session) const;

  // Lets commands of the LUN wait for as long as the session does. Otherwise the kernel fails
  // every command whose tries together took longer than (retries + 1) x its timeout, 180 s with
  // the usual values, whatever the limit above is (scsi_cmd_runtime_exceeced() in
  // drivers/scsi/scsi_lib.c). ENOENT: no such disk, or a kernel from before 2021.
  Result<Done> retry_for_ever(SessionId session, const Lun& lun) const;

  // The kernel takes the LUN's write cache for empty from now on, and flushes it no more; the disk
  // itself is not asked, nor changed. ENOENT: no such disk.
  Result<Done> forget_cache(SessionId session, const Lun& lun) const;

  // `disk`: "/dev/sda". Empty: the disk is gone, or has no such name.
  DiskId disk_id(const DiskName& disk) const;
  // The disk as dm-multipath has it; nothing: it is none of its paths.
  std::optional<MultipathPath> path_of_multipath(const DiskName& disk) const;

  // Takes one disk away from the kernel. Its I/O, waiting or under way, fails at once, also
  // when its session is lost.
  Result<Done> remove(const DiskName& disk) const;
  // Makes the kernel look for this LUN of a session that is logged in. Returns when the
  // target has answered the kernel's questions, or they failed.
  Result<Done> look_for(SessionId session, const Lun& lun) const;
  // The disk that is the LUN of the session; empty when there is none.
  DiskName disk_of(SessionId session, const Lun& lun) const;

private:
  explicit SessionFolder(UniqueFd folder) : folder_{std::move(folder)} {}
  InlineText<255> read(const char* path) const;
  Result<InlineText<255>> try_read(SessionId session, Text attribute) const;
  Result<InlineText<255>> try_read(const char* path) const;
  InlineText<255> read(SessionId session, Text attribute) const;
  Result<Done> write(const char* path, Text value) const;
  std::optional<std::uint32_t> host_of(SessionId session) const;
  Result<Done> write_of_disk(SessionId session, const Lun& lun, Text attribute, Text value) const;

  UniqueFd folder_;
};

}  // namespace isboot::linux_platform
