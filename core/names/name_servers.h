// Which DNS servers are asked, in what order.
#pragma once

#include "core/ports/resolver.h"

namespace isboot::names {

// Adds what is there, and not yet in the list. What cannot be a server or a domain is left out.
void add_server(const IpAddress& server, NameServers& list);
void add_domain(Text domain, NameServers& list);
void add_all(const NameServers& more, NameServers& list);

// resolv.conf(5): nameserver, search, domain. A zone ("fe80::1%eth0") is not read: that server is
// left out. The last of `search` and `domain` counts.
NameServers parse_resolv_conf(Text file);

// The servers of the table or of ip= come first, then what the machine knows besides. Over a
// boot's NIC nobody reaches a server on this machine itself, which resolv.conf may name.
NameServers order_servers(std::span<const IpAddress> of_table, const NameServers& known,
                          bool over_nic);

}  // namespace isboot::names
