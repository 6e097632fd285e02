#include "app/keeper/flush_disks.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

// The disk's link leads to …/host3/session1/target3:0:0/….
bool is_of_a_session(const std::string& link) {
  std::array<char, 512> target;
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  if (size <= 0) return false;
  const std::string_view path{target.data(), static_cast<std::size_t>(size)};
  return path.find("/session") != std::string_view::npos;
}

bool flush(const std::string& device) {
  const linux_platform::UniqueFd disk{open(device.c_str(), O_RDONLY | O_CLOEXEC)};
  if (disk && fsync(disk.get()) == 0) return true;
  std::fprintf(stderr, "isboot: %s does not flush its cache: %s\n", device.c_str(),
               std::strerror(errno));
  return false;
}

}  // namespace

std::size_t flush_disks(const std::string& blocks, const std::string& devices) {
  std::size_t flushed = 0;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(blocks.c_str()), closedir};
  if (!folder) return flushed;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (is_of_a_session(blocks + "/" + name) && flush(devices + "/" + name)) ++flushed;
  }
  return flushed;
}

}  // namespace isboot::app
