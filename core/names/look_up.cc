#include "core/names/look_up.h"

namespace isboot::names {
namespace {

// What one server has said so far.
struct Said {
  bool heard = false;
  Reply reply = Reply::Found;
  bool leads_nowhere = false;  // it has given addresses, and none that can be used
  Error error{};               // when nothing was heard
};

class LookUp {
public:
  LookUp(Text host, Asking& asking, Millis deadline)
      : host_{host}, asking_{asking}, deadline_{deadline} {}

  Result<Addresses> run(Told& told);

private:
  bool ask_server(std::size_t server, Millis wait);
  bool ask_name(std::size_t server, Text name, Millis wait);
  void ask(std::size_t server, const Question& question, Millis wait);
  void keep_usable(Said& said);
  Addresses ordered();
  bool is_usable(const IpAddress& address) const;
  unsigned rank(const IpAddress& address);
  Error failure() const;
  void tell(Told& told) const;

  Text host_;
  Asking& asking_;
  Millis deadline_;
  std::array<Said, 6> said_{};  // as many as NameServers has
  Addresses found_;             // that can be used
};

void LookUp::ask(std::size_t server, const Question& question, Millis wait) {
  Said& said = said_[server];
  std::array<std::uint8_t, kMaxQuery> buffer{};
  const auto query = write_query(question, buffer);
  if (!query)
    return void(said = {.heard = true, .reply = Reply::NoSuchName});  // nobody can have it
  const Millis now = asking_.clock.now();
  const Millis limit = now + wait < deadline_ ? now + wait : deadline_;
  const auto size = asking_.resolver.ask(asking_.servers.servers[server], *query, asking_.message,
                                         asking_.via, limit);
  if (!size) return void(said = {.error = size.error()});
  said = {.heard = true,
          .reply = read_reply(question, Bytes{asking_.message}.first(*size), found_)};
  keep_usable(said);
}

void LookUp::keep_usable(Said& said) {
  Addresses usable;
  for (const IpAddress& address : found_)
    if (is_usable(address)) (void)usable.push(address);
  said.leads_nowhere = !found_.empty() && usable.empty();
  found_ = usable;
}

// Whether there are addresses. A server that is silent is not asked the rest.
bool LookUp::ask_name(std::size_t server, Text name, Millis wait) {
  Said worst;
  bool any = false;
  for (const Family family : {Family::V6, Family::V4}) {
    if (!(family == Family::V6 ? asking_.reach.v6 : asking_.reach.v4)) continue;
    std::array<std::uint8_t, 2> id{};
    (void)asking_.entropy.fill(id);  // without it: an ID that can be guessed, as each once was
    ask(server, {static_cast<std::uint16_t>(id[0] << 8 | id[1]), name, family}, wait);
    if (!said_[server].heard) return !found_.empty();
    // "No address" of one family says less than any other word about the name.
    if (!any || (worst.reply == Reply::NoAddress && !worst.leads_nowhere)) worst = said_[server];
    any = true;
  }
  said_[server] = worst;
  return !found_.empty();
}

bool LookUp::ask_server(std::size_t server, Millis wait) {
  const bool is_short = position_of(host_, '.') == Text::npos;
  if (is_short)
    for (const HostName& domain : asking_.servers.domains) {
      std::array<char, 512> buffer{};
      TextWriter full{buffer};
      full << host_ << '.' << domain;
      if (ask_name(server, full.text(), wait)) return true;
      if (!said_[server].heard) return false;
    }
  return ask_name(server, host_, wait);
}

bool LookUp::is_usable(const IpAddress& address) const {
  const Reach& reach = asking_.reach;
  if (address.is_absent() || address.is_multicast()) return false;
  if (reach.over_nic) return !address.is_loopback();
  return address.is_v4() || !address.is_link_local();  // of which link?
}

unsigned LookUp::rank(const IpAddress& address) {
  const Reach& reach = asking_.reach;
  if (reach.over_nic)
    return reach.prefix != 0 && same_network(reach.address, address, reach.prefix) ? 0 : 1;
  return asking_.resolver.has_route(address) ? 0 : 1;
}

Addresses LookUp::ordered() {
  Addresses result;
  for (unsigned wanted = 0; wanted < 2; ++wanted)
    for (const IpAddress& address : found_)
      if (rank(address) == wanted) (void)result.push(address);
  return result;
}

Error LookUp::failure() const {
  for (std::size_t i = 0; i < asking_.servers.servers.count; ++i) {
    const Said& said = said_[i];
    if (said.leads_nowhere)
      return Error{LookUpErrc::NotReachable, 0, "the name has no address that can be used"};
    if (!said.heard || (said.reply != Reply::NoSuchName && said.reply != Reply::NoAddress))
      return Error{LookUpErrc::NoAnswer, 0, "no DNS server gives an address for the name"};
  }
  return Error{LookUpErrc::NotFound, 0, "no DNS server knows the name"};
}

void LookUp::tell(Told& told) const {
  std::array<char, 320> buffer{};
  TextWriter out{buffer};
  for (std::size_t i = 0; i < asking_.servers.servers.count; ++i) {
    const Said& said = said_[i];
    if (i != 0) out << ", ";
    out << to_text(asking_.servers.servers[i]) << ": ";
    if (said.leads_nowhere)
      out << "no address that can be used";
    else if (said.heard)
      out << to_text(said.reply);
    else
      out << (said.error.text[0] == '\0' ? "not asked" : said.error.text);
  }
  (void)told.assign(out.text());  // as large as the buffer
}

Result<Addresses> LookUp::run(Told& told) {
  const auto& servers = asking_.servers.servers;
  if (servers.empty()) return Error{LookUpErrc::NoServer, 0, "there is no DNS server to ask"};
  Millis wait = kFirstWait;
  for (unsigned round = 0; round < kRounds && found_.empty(); ++round, wait *= 2)
    for (std::size_t i = 0; i < servers.count; ++i) {
      if (said_[i].heard || asking_.clock.now() >= deadline_) continue;
      if (ask_server(i, wait)) break;
    }
  tell(told);
  if (found_.empty()) return failure();
  return ordered();
}

}  // namespace

Text next_step(const Error& error) {
  if (error.code == LookUpErrc::NoServer)
    return "name a DNS server (table, lease, ip=, resolv.conf), or give the server's IP address";
  if (error.code == LookUpErrc::NotFound) return "check the name, or give the server's IP address";
  return "check the DNS servers, or give the server's IP address";
}

Result<Addresses> look_up(Text host, Asking& asking, Millis deadline, Told& told) {
  told.clear();
  return LookUp{host, asking, deadline}.run(told);
}

}  // namespace isboot::names
