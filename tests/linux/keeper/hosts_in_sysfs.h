#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

// Sessions 3 and 4, each on the SCSI host of its number, below `root`/class. Whoever has host 3
// look for disks waits for ever: its "scan" is a FIFO that nobody reads. Returns whether that was
// made.
inline bool make_hosts_in_sysfs(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  fs::create_directories(root / "class/iscsi_session");
  for (const char* number : {"3", "4"}) {
    const std::string host = std::string{"host"} + number;
    const std::string session = std::string{"session"} + number;
    fs::create_directories(root / "devices" / host / session);
    fs::create_directory_symlink("../../devices/" + host + "/" + session,
                                 root / "class/iscsi_session" / session);
    fs::create_directories(root / "class/scsi_host" / host);
  }
  return mkfifo((root / "class/scsi_host/host3/scan").c_str(), 0600) == 0;
}

// Whoever still waits for host 3 waits no more.
inline void remove_hosts_in_sysfs(const std::filesystem::path& root) {
  const UniqueFd reader{
      open((root / "class/scsi_host/host3/scan").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  std::filesystem::remove_all(root);
}

}  // namespace isboot::linux_platform
