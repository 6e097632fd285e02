#include "platform/linux/net/link_settings.h"

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

void heed_advertisements(Text link_name, Log& log) {
  constexpr struct {
    const char* name;
    const char* value;
  } kSettings[] = {
      // 2: also if forwarding is enabled, which a booted hypervisor may do.
      {"accept_ra", "2"},
      {"autoconf", "1"},
      {"accept_ra_defrtr", "1"},
      {"accept_ra_pinfo", "1"},
      // It takes a second, and could only take root away: docs/network.md.
      {"accept_dad", "0"},
  };
  const std::string folder = "/proc/sys/net/ipv6/conf/" + std::string{link_name} + "/";
  for (const auto& setting : kSettings)
    if (!write_file(folder + setting.name, setting.value))
      log.write(LogLevel::Detail,
                std::string{link_name} + ": cannot set " + std::string{setting.name});
}

}  // namespace isboot::linux_platform
