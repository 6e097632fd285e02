#include "platform/linux/system/console.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr unsigned kVirtualTerminals = 4;  // major number; minor 0 is the one in front
constexpr unsigned kFirstSerial = 64;      // minor number of that major

bool names(Text list, Text name) {
  while (!list.empty()) {
    std::size_t end = 0;
    while (end < list.size() && list[end] != ' ' && list[end] != '\n') ++end;
    if (part_of(list, 0, end) == name) return true;
    list = part_of(list, end < list.size() ? end + 1 : end);
  }
  return false;
}

bool is_console(int fd, dev_t device, Text consoles) {
  // Which of them is in front can change: each may be.
  if (major(device) == kVirtualTerminals && minor(device) < kFirstSerial)
    return names(consoles, "tty0");
  std::array<char, 64> path{};
  if (ttyname_r(fd, path.data(), path.size()) != 0) return false;
  constexpr Text kFolder = "/dev/";
  const Text name{path.data()};
  return name.starts_with(kFolder) && names(consoles, part_of(name, kFolder.size()));
}

}  // namespace

Reader reader_of(int fd, Text consoles, Text journal) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return Reader::KernelLog;  // closed: nobody reads
  std::array<char, 48> numbers{};
  TextWriter out{numbers};
  out.decimal(status.st_dev);
  out << ':';
  out.decimal(status.st_ino);
  if (!journal.empty() && out.text() == journal) return Reader::KernelLog;
  if (!S_ISCHR(status.st_mode)) return Reader::Other;
  const dev_t device = status.st_rdev;
  if (device == makedev(5, 1) || device == makedev(1, 11)) return Reader::KernelLog;
  return is_console(fd, device, consoles) ? Reader::Console : Reader::Other;
}

Reader reader_of(int fd) {
  const auto consoles = read_file("/sys/class/tty/console/active", 4096);
  const char* journal = getenv("JOURNAL_STREAM");
  return reader_of(fd, consoles ? Text{*consoles} : Text{}, journal ? Text{journal} : Text{});
}

int console_level(const std::string& printk) {
  const auto levels = read_file(printk, 256);
  if (!levels) return 0;
  std::size_t end = 0;
  while (end < levels->size() && (*levels)[end] >= '0' && (*levels)[end] <= '9') ++end;
  const auto level = parse_decimal(part_of(*levels, 0, end), 255);
  return level ? static_cast<int>(*level) : 0;
}

}  // namespace isboot::linux_platform
