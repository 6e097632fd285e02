#include "app/check/target.h"

#include <net/if.h>

#include "app/keeper/credentials.h"

namespace isboot::app {

TargetPorts::TargetPorts(Millis patience, const NameServers& known)
    : deadline{clock.now() + patience} {
  Resolver* const built_in = resolver.if_built_in();
  if (built_in == nullptr) return;
  asking.emplace(*built_in, clock, entropy);
  asking->servers = known;
  conversation.use_names(*asking);
}

Outcome<std::vector<Portal>> TargetPorts::find(const Portal& portal, Text host) {
  std::vector<Portal> portals;
  ISBOOT_TRY(find_portals(portal, host, asking ? &*asking : nullptr, deadline, portals));
  return portals;
}

Outcome<> configure_login(const std::string& credentials_file, const boot::Parameters& parameters,
                          Entropy& entropy, iscsi::LoginConfig& config,
                          const InitiatorNamePlaces& places) {
  config.header_digest = parameters.header_digest;
  config.data_digest = parameters.data_digest;
  config.chap_algorithms = parameters.chap;
  if (const auto name = initiator_name(parameters, places))
    config.initiator_name = *name;
  else
    (void)config.initiator_name.assign(kNoName);  // fits: a literal of 32 bytes
  const auto isid = iscsi::random_isid(entropy, kCheckIsidQualifier);
  if (!isid) return Failure{in_words(isid.error()), "try again later"};
  config.isid = *isid;
  if (credentials_file.empty()) return Done{};
  return read_credentials(credentials_file, config.credentials);
}

Outcome<std::uint32_t> link_number(Text name) {
  if (name.empty()) return 0U;
  const unsigned number = if_nametoindex(std::string{name}.c_str());
  if (number == 0)
    return Failure{"there is no link " + std::string{name}, "`ip link` lists this machine's links"};
  return number;
}

std::string shown_url(const std::string& url) {
  return url.find('@') == std::string::npos ? url : "the URL";
}

}  // namespace isboot::app
