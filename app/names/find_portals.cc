#include "app/names/find_portals.h"

namespace isboot::app {

Failure look_up_failure(Text host, const Error& error, Text told) {
  std::string message = std::string{host} + ": " + in_words(error);
  if (!told.empty()) message += " (" + std::string{told} + ")";
  return {message, std::string{names::next_step(error)}};
}

Outcome<> find_portals(const Portal& portal, Text host, names::Asking* asking, Millis deadline,
                       std::vector<Portal>& portals) {
  if (host.empty()) {
    portals.push_back(portal);
    return Done{};
  }
  if (asking == nullptr)
    return Failure{std::string{host} + ": this isboot was built without a resolver for names",
                   "give the server's IP address"};
  names::Told told;
  const auto found = names::look_up(host, *asking, deadline, told);
  if (!found) return look_up_failure(host, found.error(), told);
  for (const IpAddress& address : *found) portals.push_back({address, portal.port});
  return Done{};
}

}  // namespace isboot::app
