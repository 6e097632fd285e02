#include "app/names/known_servers.h"

#include "core/names/name_servers.h"
#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

constexpr std::size_t kMaxResolvConf = 64U << 10;

}  // namespace

NameServers known_servers(const ServerPaths& paths) {
  NameServers all;
  for (const boot::Lease& lease : read_leases(paths.leases)) {
    for (const IpAddress& server : lease.dns) names::add_server(server, all);
    names::add_domain(lease.domain, all);
  }
  for (const std::string& path : paths.resolv_confs)
    if (const auto file = linux_platform::read_file(path, kMaxResolvConf))
      names::add_all(names::parse_resolv_conf(*file), all);
  return all;
}

}  // namespace isboot::app
