#include "app/check/target.h"

#include <net/if.h>

#include "app/keeper/credentials.h"
#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

constexpr std::size_t kMaxInitiatorFile = 4096;
constexpr Text kNameInFile = "InitiatorName=";
constexpr Text kAnonymous = "iqn.2026-11.invalid.isboot:check";

std::string name_from(const std::string& path) {
  const auto file = linux_platform::read_file(path, kMaxInitiatorFile);
  if (!file) return {};
  Text rest = *file;
  while (!rest.empty()) {
    const std::size_t end = position_of(rest, '\n');
    const Text line = part_of(rest, 0, end);
    if (part_of(line, 0, kNameInFile.size()) == kNameInFile)
      return std::string{part_of(line, kNameInFile.size())};
    rest = end == Text::npos ? Text{} : part_of(rest, end + 1);
  }
  return {};
}

}  // namespace

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
                          const std::string& initiator_file) {
  config.header_digest = parameters.header_digest;
  config.data_digest = parameters.data_digest;
  config.chap_algorithms = parameters.chap;
  const std::string from_file = name_from(initiator_file);
  if (!parameters.initiator.empty())
    config.initiator_name = parameters.initiator;
  else if (from_file.empty() || !config.initiator_name.assign(from_file))
    (void)config.initiator_name.assign(kAnonymous);  // fits: a literal of 32 bytes
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
