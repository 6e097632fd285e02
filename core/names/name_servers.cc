#include "core/names/name_servers.h"

namespace isboot::names {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

Text next_word(Text& rest) {
  while (!rest.empty() && is_blank(rest.front())) rest = part_of(rest, 1);
  std::size_t end = 0;
  while (end < rest.size() && !is_blank(rest[end])) ++end;
  const Text word = part_of(rest, 0, end);
  rest = part_of(rest, end);
  return word;
}

void read_line(Text line, NameServers& list) {
  const Text keyword = next_word(line);
  if (same_text(keyword, "nameserver")) {
    if (const auto server = parse_ip(next_word(line))) add_server(*server, list);
  } else if (same_text(keyword, "search") || same_text(keyword, "domain")) {
    list.domains.count = 0;
    for (Text word = next_word(line); !word.empty(); word = next_word(line)) add_domain(word, list);
  }
}

}  // namespace

void add_server(const IpAddress& server, NameServers& list) {
  if (server.is_absent() || server.is_multicast()) return;
  for (const IpAddress& there : list.servers)
    if (there == server) return;
  (void)list.servers.push(server);  // those that have no place any more are the last to be asked
}

void add_domain(Text domain, NameServers& list) {
  if (!is_dns_name(domain) || list.domains.full()) return;
  HostName name;
  if (!name.assign(domain)) return;
  for (const HostName& there : list.domains)
    if (equal_ignoring_case(there, name)) return;
  (void)list.domains.push(name);
}

void add_all(const NameServers& more, NameServers& list) {
  for (const IpAddress& server : more.servers) add_server(server, list);
  for (const HostName& domain : more.domains) add_domain(domain, list);
}

NameServers parse_resolv_conf(Text file) {
  NameServers list;
  while (!file.empty()) {
    const std::size_t end = position_of(file, '\n');
    read_line(part_of(file, 0, end), list);
    file = end == Text::npos ? Text{} : part_of(file, end + 1);
  }
  return list;
}

NameServers order_servers(std::span<const IpAddress> of_table, const NameServers& known,
                          bool over_nic) {
  NameServers all;
  const auto add = [&](const IpAddress& server) {
    if (!over_nic || !server.is_loopback()) add_server(server, all);
  };
  for (const IpAddress& server : of_table) add(server);
  for (const IpAddress& server : known.servers) add(server);
  all.domains = known.domains;
  return all;
}

}  // namespace isboot::names
