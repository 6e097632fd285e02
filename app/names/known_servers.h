// The DNS servers that this machine knows of, besides those of a table.
#pragma once

#include <vector>

#include "app/tableless/machine_facts.h"
#include "core/ports/resolver.h"

namespace isboot::app {

// Where to look. Tests have files of their own.
struct ServerPaths {
  TablelessPaths leases;
  // What boot and the network's managers leave in /run, then the system's own.
  std::vector<std::string> resolv_confs = {"/run/isboot/resolv.conf",
                                           "/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"};
};

// Those of the leases, then those of the files, in this order.
NameServers known_servers(const ServerPaths& paths = {});

}  // namespace isboot::app
