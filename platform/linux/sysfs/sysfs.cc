#include "platform/linux/sysfs/sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/base/text.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr std::size_t kMaxAttribute = 4096;  // a page is all that sysfs shows of one

}  // namespace

std::string Sysfs::attribute(const std::string& path) const {
  const auto text = read_file(at(path), kMaxAttribute);
  return text ? text->substr(0, text->find('\n')) : std::string{};
}

std::size_t Sysfs::read_into(const std::string& path, MutableBytes room) const {
  const UniqueFd file{open(at(path).c_str(), O_RDONLY | O_CLOEXEC)};
  const ssize_t count = file ? read(file.get(), room.data(), room.size()) : 0;
  if (count <= 0) return 0;
  const Text text = as_text(room.first(static_cast<std::size_t>(count)));
  return part_of(text, 0, position_of(text, '\n')).size();
}

std::vector<std::string> Sysfs::names(const std::string& path) const {
  std::vector<std::string> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(at(path).c_str()), closedir};
  if (!folder) return found;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool Sysfs::has(const std::string& path) const { return access(at(path).c_str(), F_OK) == 0; }

std::string Sysfs::target(const std::string& path) const {
  const std::unique_ptr<char, void (*)(void*)> real{realpath(at(path).c_str(), nullptr), std::free};
  return real ? std::string{real.get()} : std::string{};
}

std::string session_folder(unsigned session) {
  return "class/iscsi_session/session" + std::to_string(session) + "/";
}

std::string connection_folder(unsigned session) {
  return "class/iscsi_connection/connection" + std::to_string(session) + ":0/";
}

}  // namespace isboot::linux_platform
