#include "core/boot/find_server.h"

#include "core/boot/backoff.h"
#include "core/names/name_servers.h"

namespace isboot::boot {
namespace {

// Between two look-ups: what is missing will come by itself, or not at all.
constexpr BackoffLimits kPauses{.first = 1'000, .most = 5'000};

void tell_found(Text host, const names::Addresses& addresses, Log& log) {
  std::array<char, 768> buffer{};
  TextWriter line{buffer};
  line << host << " is ";
  for (std::size_t i = 0; i < addresses.count; ++i)
    line << (i == 0 ? "" : ", ") << to_text(addresses[i]);
  log.write(LogLevel::Info, line.text());
}

void tell_failure(Text host, const Error& error, Text told, Text then, LogLevel level, Log& log) {
  std::array<char, 896> buffer{};
  TextWriter line{buffer};
  line << host << ": " << error.text;
  if (!told.empty()) line << " (" << told << ')';
  line << "; next: " << names::next_step(error) << then;
  log.write(level, line.text());
}

}  // namespace

names::Reach reach_of(const LinkConfig& config) {
  const bool has_address = !config.address.is_absent();
  return {.v4 = has_address && config.address.is_v4(),
          .v6 = config.advertised || (has_address && !config.address.is_v4()),
          .over_nic = true,
          .address = config.address,
          .prefix = config.prefix};
}

names::Asking& asking_for(const Path& path, Over over, LinkId link, Ports& ports) {
  names::Asking& asking = ports.room.asking.emplace(*ports.resolver, ports.clock, ports.entropy);
  asking.servers =
      names::order_servers(path.dns, ports.resolver->known_servers(), over == Over::Nic);
  if (over == Over::Routes) return asking;
  asking.reach = reach_of(path.link);
  asking.via = {link.index, true};
  return asking;
}

Result<names::Addresses> find_server(Text host, const Path& path, Over over, LinkId link,
                                     Millis deadline, Ports& ports, LogLevel failure, Text then) {
  if (ports.resolver == nullptr) {
    const Error error{Errc::Unsupported, 0, "names are not looked up by this program"};
    tell_failure(host, error, {}, {}, LogLevel::Error, ports.log);
    return error;
  }
  names::Asking& asking = asking_for(path, over, link, ports);
  names::Told told;
  auto found = names::look_up(host, asking, deadline, told);
  if (found)
    tell_found(host, *found, ports.log);
  else
    tell_failure(host, found.error(), told, then, failure, ports.log);
  return found;
}

Result<names::Addresses> await_server(const Path& path, LinkId link, Millis give_up, Ports& ports) {
  Backoff pauses{kPauses};
  for (;;) {
    auto found = find_server(path.host, path, Over::Nic, link, give_up, ports, LogLevel::Warning,
                             "; asking again");
    if (found || ports.resolver == nullptr) return found;
    const Millis due = ports.clock.now() + pauses.next(ports.entropy);
    if (due >= give_up) {
      ports.clock.sleep_until(give_up);
      return found;
    }
    ports.clock.sleep_until(due);
  }
}

}  // namespace isboot::boot
