#include "platform/linux/net/link/link_settings.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "core/base/text.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

// Without a std::string: the keeper comes here too, and never allocates.
bool set(Text link, Text name, Text value) {
  std::array<char, 96> path{};  // the longest has 58 letters; ends with NUL
  TextWriter out{path};
  out << "/proc/sys/net/ipv6/conf/" << link << '/' << name;
  const UniqueFd file{open(path.data(), O_WRONLY | O_CLOEXEC)};
  return file &&
         write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

}  // namespace

void heed_advertisements(Text link_name, Log& log) {
  constexpr struct {
    Text name;
    Text value;
  } kSettings[] = {
      // 2: also if forwarding is enabled, which a booted hypervisor may do.
      {"accept_ra", "2"},
      {"autoconf", "1"},
      {"accept_ra_defrtr", "1"},
      {"accept_ra_pinfo", "1"},
      // It takes a second, and could only take root away: docs/network.md.
      {"accept_dad", "0"},
  };
  for (const auto& setting : kSettings) {
    if (set(link_name, setting.name, setting.value)) continue;
    std::array<char, 64> line{};
    TextWriter out{line};
    out << link_name << ": cannot set " << setting.name;
    log.write(LogLevel::Detail, out.text());
  }
}

}  // namespace isboot::linux_platform
