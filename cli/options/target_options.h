// What `check` and `discover` have in common: who we are to a target, and how the
// answer is told.
#pragma once

#include <memory>

#include "app/check/conversation.h"
#include "app/names/find_portals.h"
#include "app/names/known_servers.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"
#include "core/iscsi/discovery.h"
#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/net/resolve/linux_resolver.h"
#include "platform/linux/system/clock.h"

namespace isboot::cli {

struct TargetOptions {
  ParameterOptions parameters;
  std::string credentials_file;
  bool json = false;
};

void add_target_options(Command& command, TargetOptions& options);

// The ports of this process, and a conversation over them.
struct TargetPorts {
  // Names are asked of `known`.
  explicit TargetPorts(Millis patience, const NameServers& known = known_servers());
  TargetPorts(const TargetPorts&) = delete;
  TargetPorts& operator=(const TargetPorts&) = delete;

  linux_platform::LinuxClock clock;
  linux_platform::TcpStream stream{clock};
  linux_platform::LinuxHash hash;
  linux_platform::LinuxEntropy entropy;
  linux_platform::LinuxResolver resolver{clock, [] { return NameServers{}; }};
  std::optional<names::Asking> asking;  // nothing: built without a resolver
  Millis deadline;
  Conversation conversation{stream, clock, hash, entropy, deadline};

  std::optional<Failure> find(const Portal& portal, Text host, std::vector<Portal>& portals) {
    return find_portals(portal, host, asking ? &*asking : nullptr, deadline, portals);
  }
};

// Fills all of `config` but the target's name. The initiator's name is that of the
// parameters, of /etc/iscsi/initiatorname.iscsi, or one that says who asks.
std::optional<Failure> configure(const TargetOptions& options, const boot::Parameters& parameters,
                                 Entropy& entropy, iscsi::LoginConfig& config);

// The link that a user named in an address ("%eth0"), for link-local ones; empty: as routes say.
std::optional<Failure> use_link(TargetPorts& ports, Text name);

// The URL of a command line, for messages: not with what may be a secret.
std::string shown_url(const std::string& url);

// All that the first of the portals that answers lists, in its order; `portal` is that one.
std::optional<Failure> discover(TargetPorts& ports, const std::vector<Portal>& portals,
                                const iscsi::LoginConfig& config, Portal& portal,
                                std::vector<iscsi::DiscoveredTarget>& targets);
std::optional<Failure> discover(TargetPorts& ports, const Portal& portal,
                                const iscsi::LoginConfig& config,
                                std::vector<iscsi::DiscoveredTarget>& targets);

}  // namespace isboot::cli
