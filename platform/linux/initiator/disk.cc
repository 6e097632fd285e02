#include "platform/linux/initiator/disk.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/uevents.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr Millis kRescanEvery = 1000;  // a target that is still starting adds its LUNs late

// The name of the disk below a SCSI device's folder; empty as long as there is none.
std::string disk_below(const Sysfs& sysfs, const std::string& device) {
  const auto names = sysfs.names(device + "/device/block");
  return names.empty() ? std::string{} : names.front();
}

// Writes to the file behind `scan` and says on `result` how that went.
[[noreturn]] void write_scan(int scan, int result, const std::string& what) {
  // Whoever waits for an end of ours to close must not wait for the kernel.
  if (dup2(scan, STDIN_FILENO) < 0 || dup2(result, STDOUT_FILENO) < 0) _exit(EXIT_FAILURE);
  (void)close_range(STDERR_FILENO, UINT_MAX, 0);
  const ssize_t written = write(STDIN_FILENO, what.data(), what.size());
  const int error = written < 0 ? errno : 0;
  (void)!write(STDOUT_FILENO, &error, sizeof error);
  _exit(EXIT_SUCCESS);
}

// Returns when the scan is over; the disk's driver goes on by itself. The kernel holds whoever
// scans for as long as the connection is lost, and no signal frees it: that is a process of its
// own, left behind at the deadline. The next login, or the session's end, frees it.
Result<Done> scan_for(const std::string& scan, const std::string& what, Clock& clock,
                      Millis deadline) {
  const UniqueFd file{open(scan.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file) return system_error(errno, "the SCSI host cannot be scanned");
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error(errno, "no pipe to the scan can be had");
  const UniqueFd result{ends[0]};
  UniqueFd its{ends[1]};
  const pid_t process = fork();
  if (process < 0) return system_error(errno, "no process for the scan can be had");
  if (process == 0) write_scan(file.get(), its.get(), what);
  its.reset();
  pollfd polled{result.get(), POLLIN, 0};
  const bool ended = poll(&polled, 1, poll_timeout(clock.now(), deadline)) > 0;
  int error = EIO;
  if (ended && read(result.get(), &error, sizeof error) < 0) error = errno;
  (void)waitpid(process, nullptr, ended ? 0 : WNOHANG);
  if (!ended) return Error{Errc::TimedOut, 0, "the target does not say whether it has the LUN"};
  if (error != 0) return system_error(error, "the SCSI host cannot be scanned");
  return Done{};
}

// A volume that is still being put together answers, and has no size yet.
bool has_size(const Sysfs& sysfs, const std::string& disk) {
  const std::string size = sysfs.attribute("class/block/" + disk + "/size");
  return !size.empty() && !size.starts_with("0");
}

}  // namespace

std::uint64_t kernel_lun(const Lun& lun) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < lun.bytes.size(); i += 2) {
    const std::uint64_t word = static_cast<std::uint64_t>(lun.bytes[i]) << 8 | lun.bytes[i + 1];
    number |= word << (8 * i);
  }
  return number;
}

Result<DiskName> wait_for_disk(std::uint32_t host, const Lun& lun, Clock& clock, Millis deadline,
                               const DiskPlaces& places) {
  Uevents uevents = ISBOOT_TRY(Uevents::open(clock));
  const Sysfs& sysfs = places.sysfs;
  const std::string number = std::to_string(kernel_lun(lun));
  const std::string host_number = std::to_string(host);
  const std::string scan = sysfs.at("class/scsi_host/host" + host_number + "/scan");
  const std::string device = "class/scsi_device/" + host_number + ":0:0:" + number;
  for (bool has_said_no = false;; has_said_no = true) {
    const auto scanned = scan_for(scan, "0 0 " + number, clock, deadline);
    // What a scan has answered holds when the next one is cut off.
    if (!scanned && !(has_said_no && scanned.error().code == Errc::TimedOut))
      return scanned.error();
    if (sysfs.has(device)) break;
    if (clock.now() + kRescanEvery >= deadline)
      return Error{Errc::NotFound, 0, "the target has no such LUN"};
    clock.sleep_until(clock.now() + kRescanEvery);
  }
  for (;;) {
    const std::string disk = disk_below(sysfs, device);
    const std::string node = places.devices + "/" + disk;
    if (!disk.empty() && access(node.c_str(), F_OK) == 0) {
      if (!has_size(sysfs, disk)) {
        const auto asked = scan_for(sysfs.at(device + "/device/rescan"), "1", clock, deadline);
        if (!asked && asked.error().code != Errc::TimedOut) return asked.error();
        if (!has_size(sysfs, disk) && clock.now() + kRescanEvery >= deadline)
          return Error{Errc::TimedOut, 0, "the LUN's disk is not ready: it has no size"};
        if (!has_size(sysfs, disk)) clock.sleep_until(clock.now() + kRescanEvery);
        continue;
      }
      DiskName name;
      ISBOOT_TRY(name.assign(node));
      return name;
    }
    if (!uevents.wait(deadline) || clock.now() >= deadline)
      return Error{Errc::TimedOut, 0, "the LUN is there, but no disk came of it"};
  }
}

}  // namespace isboot::linux_platform
