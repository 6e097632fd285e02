#include "platform/linux/net/handover/handover.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/linux/net/handover/handover_parts.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

Result<Done> make_folders(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0755) == 0)
      (void)chmod(folder.c_str(), 0755);  // whatever the umask
    else if (errno != EEXIST)
      return system_error(errno, "making a folder for the booted system's files");
  }
  return Done{};
}

// Most files have their folder from one before.
Result<UniqueFd> create(const std::string& path, mode_t mode) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  UniqueFd fd{open(path.c_str(), kFlags, mode)};
  if (!fd && errno == ENOENT) {
    ISBOOT_TRY(make_folders(path));
    fd.reset(open(path.c_str(), kFlags, mode));
  }
  if (!fd) return system_error(errno, "writing a file for the booted system");
  return fd;
}

}  // namespace

std::string address_text(const IpAddress& address) { return std::string{to_text(address).view()}; }

bool is_v4_address(const IpAddress& address) { return address.is_v4() && !address.is_absent(); }

std::vector<RunFile> run_files(const BootNic& nic) {
  std::vector<RunFile> files;
  append_name_files(nic, files);
  append_networkd_files(nic, files);
  append_network_manager_files(nic, files);
  append_ifupdown_files(nic, files);
  append_lease_files(nic, files);
  return files;
}

Result<Done> write_run_files(const std::string& run, std::span<const RunFile> files) {
  for (const RunFile& file : files) {
    const std::string path = run + "/" + file.path;
    const UniqueFd fd = ISBOOT_TRY(create(path, file.mode));
    if (fchmod(fd.get(), file.mode) != 0 ||
        write(fd.get(), file.content.data(), file.content.size()) !=
            static_cast<ssize_t>(file.content.size()))
      return system_error(errno, "writing a file for the booted system");
  }
  return Done{};
}

}  // namespace isboot::linux_platform
