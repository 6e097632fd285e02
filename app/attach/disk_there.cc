#include "app/attach/disk_there.h"

#include "platform/linux/initiator/disk.h"

namespace isboot::app {
namespace {

using linux_platform::Sysfs;

constexpr const char* kSessions = "class/iscsi_session/";
constexpr const char* kDevices = "class/scsi_device/";
constexpr std::uint64_t kFlat = 0x4000;  // SAM-5 section 4.7: flat space addressing, for one level

Failure is_there(const std::string& session, const std::string& how) {
  return {"session " + session + " has this disk" + how,
          "use that one; a second path for dm-multipath: --another-path"};
}

// "2:0:0:1" is LUN 1. The same LUN in the other of two formats is the same disk.
bool is_device_of(const std::string& device, const Lun& lun) {
  const std::string number = device.substr(device.rfind(':') + 1);
  if (number == std::to_string(linux_platform::kernel_lun(lun))) return true;
  const auto plain = lun.number();
  return plain && (number == std::to_string(*plain) || number == std::to_string(*plain | kFlat));
}

// "/dev/sda"; empty: the session has no such LUN.
std::string disk_of(const std::string& session, const Lun& lun, const Sysfs& sysfs) {
  for (const std::string& device : sysfs.names(kDevices)) {
    if (!is_device_of(device, lun)) continue;
    const bool its = sysfs.target(kDevices + device).find("/" + session + "/") != std::string::npos;
    const auto disks = sysfs.names(kDevices + device + "/device/block");
    if (its && !disks.empty()) return "/dev/" + disks.front();
  }
  return {};
}

}  // namespace

Outcome<> disk_is_not_there(const std::string& target, const Lun& lun, const Json& status,
                            const Sysfs& sysfs) {
  constexpr Text kSession = "session";  // "session3" is number 3
  for (const std::string& session : sysfs.names(kSessions)) {
    if (sysfs.attribute(kSessions + session + "/targetname") != target) continue;
    const std::string disk = disk_of(session, lun, sysfs);
    if (!disk.empty()) return is_there(session.substr(kSession.size()), " as " + disk);
  }
  for (const Json& session : status["sessions"])
    if (session["target"].text() == target && session["disk"].text().empty())
      return is_there(std::to_string(session["session"].number()), ", or will: it is awaited");
  return Done{};
}

}  // namespace isboot::app
