#include "cli/options/target_options.h"

#include <net/if.h>

#include "app/keeper/credentials.h"
#include "platform/linux/system/file.h"

namespace isboot::cli {
namespace {

constexpr const char* kInitiatorFile = "/etc/iscsi/initiatorname.iscsi";
constexpr Text kNameInFile = "InitiatorName=";
constexpr Text kAnonymous = "iqn.2026-11.invalid.isboot:check";
// Tells sessions of a check from those of a boot; any value but a path's number does.
constexpr std::uint16_t kIsidQualifier = 0xffff;

std::string name_from_file() {
  const auto file = linux_platform::read_file(kInitiatorFile, 4096);
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
  asking.emplace(names::Asking{*built_in, clock, entropy, known, {}, {}});
  conversation.use_names(*asking);
}

void add_target_options(Command& command, TargetOptions& options) {
  add_parameter_options(command, options.parameters);
  command.option("--credentials", options.credentials_file,
                 "File of mode 0600 with lines name=, secret=, reverse_name=, reverse_secret=");
  command.flag("--json", options.json, "Print JSON");
}

std::optional<Failure> configure(const TargetOptions& options, const boot::Parameters& parameters,
                                 Entropy& entropy, iscsi::LoginConfig& config) {
  config.header_digest = parameters.header_digest;
  config.data_digest = parameters.data_digest;
  config.chap_algorithms = parameters.chap;
  const std::string from_file = name_from_file();
  if (!parameters.initiator.empty())
    config.initiator_name = parameters.initiator;
  else if (from_file.empty() || !config.initiator_name.assign(from_file))
    (void)config.initiator_name.assign(kAnonymous);  // fits: a literal of 32 bytes
  const auto isid = iscsi::random_isid(entropy, kIsidQualifier);
  if (!isid) return Failure{in_words(isid.error()), "try again later"};
  config.isid = *isid;
  if (options.credentials_file.empty()) return std::nullopt;
  const auto read = read_credentials(options.credentials_file, config.credentials);
  return read ? std::nullopt : std::optional{read.error()};
}

std::optional<Failure> use_link(TargetPorts& ports, Text name) {
  if (name.empty()) return std::nullopt;
  const unsigned index = if_nametoindex(std::string{name}.c_str());
  if (index == 0)
    return Failure{"there is no link " + std::string{name}, "`ip link` lists this machine's links"};
  ports.conversation.use_link(index);
  return std::nullopt;
}

std::string shown_url(const std::string& url) {
  return url.find('@') == std::string::npos ? url : "the URL";
}

std::optional<Failure> discover(TargetPorts& ports, const Portal& portal,
                                const iscsi::LoginConfig& config,
                                std::vector<iscsi::DiscoveredTarget>& targets) {
  iscsi::LoginConfig discovery = config;
  discovery.target_name.clear();
  if (auto failure = ports.conversation.log_in(portal, discovery)) return failure;
  std::vector<std::uint8_t> answer(iscsi::kMaxDiscoveryText);
  iscsi::ExchangeResult result;
  const std::string place = std::string{to_text(portal).view()} + ": SendTargets: ";
  if (auto failure = ports.conversation.text(iscsi::kSendAllTargets, answer, result))
    return Failure{place + failure->message, failure->next_step};
  ports.conversation.log_out();
  iscsi::DiscoveryReader reader{Bytes{answer}.first(result.data_size)};
  for (;;) {
    const auto row = reader.next();
    if (!row) return Failure{place + in_words(row.error()), "look into the target's log"};
    if (!*row) return std::nullopt;
    targets.push_back(**row);
  }
}

std::optional<Failure> discover(TargetPorts& ports, const std::vector<Portal>& portals,
                                const iscsi::LoginConfig& config, Portal& portal,
                                std::vector<iscsi::DiscoveredTarget>& targets) {
  std::optional<Failure> failure;
  for (const Portal& next : portals) {
    portal = next;
    targets.clear();
    failure = discover(ports, portal, config, targets);
    if (!failure) break;
  }
  return failure;
}

}  // namespace isboot::cli
