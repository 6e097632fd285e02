#include "platform/linux/net/link/link_settings.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "core/base/text.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr Text kAllLinks = "all";

// Without a std::string: the keeper comes here too, and never allocates.
UniqueFd open_setting(Text link, Text name, int flags) {
  std::array<char, 96> path{};  // the longest has 58 letters; ends with NUL
  TextWriter out{path};
  out << "/proc/sys/net/ipv6/conf/" << link << '/' << name;
  return UniqueFd{open(path.data(), flags | O_CLOEXEC)};
}

bool set(Text link, Text name, Text value, Log& log) {
  const UniqueFd file = open_setting(link, name, O_WRONLY);
  if (file && write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size()))
    return true;
  std::array<char, 64> line{};
  TextWriter out{line};
  log.write(LogLevel::Detail, (out << link << ": cannot set " << name).text());
  return false;
}

// These have one digit, or a sign before it. Nothing can be read: '0'.
char get(Text link, Text name) {
  const UniqueFd file = open_setting(link, name, O_RDONLY);
  char first = '0';
  if (file) (void)!read(file.get(), &first, 1);
  return first;
}

bool duplicate_ends_ipv6(Text link) { return get(link, "accept_dad") > '1'; }

// The larger one of a link's accept_dad and that of all links counts.
void search_for_duplicates(Text link, Text accept_dad, Log& log) {
  const bool all = duplicate_ends_ipv6(kAllLinks);
  const bool may_have_ended = all || duplicate_ends_ipv6(link);
  set(link, "accept_dad", accept_dad, log);
  if (all) set(kAllLinks, "accept_dad", "1", log);
  if (!may_have_ended || get(link, "disable_ipv6") == '0') return;
  if (!set(link, "disable_ipv6", "0", log)) return;
  std::array<char, 192> line{};
  TextWriter out{line};
  out << link
      << ": IPv6 was off, as after another host was found with the NIC's link-local address "
      << "(accept_dad 2): on again; next: see that no two hosts have one MAC address";
  log.write(LogLevel::Warning, out.text());
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
  };
  for (const auto& setting : kSettings) set(link_name, setting.name, setting.value, log);
  // It takes a second, and could only take root away: docs/network.md.
  search_for_duplicates(link_name, "0", log);
}

void outlive_duplicates(Text link_name, Log& log) {
  if (duplicate_ends_ipv6(link_name) || duplicate_ends_ipv6(kAllLinks))
    search_for_duplicates(link_name, "1", log);
}

}  // namespace isboot::linux_platform
