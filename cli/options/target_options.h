// What `check` and `discover` have in common: who we are to a target, and how the
// answer is told.
#pragma once

#include <memory>

#include "app/check/conversation.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"
#include "core/iscsi/discovery.h"
#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/tcp_stream.h"
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
  explicit TargetPorts(Millis patience) : deadline{clock.now() + patience} {}

  linux_platform::LinuxClock clock;
  linux_platform::TcpStream stream{clock};
  linux_platform::LinuxHash hash;
  linux_platform::LinuxEntropy entropy;
  Millis deadline;
  Conversation conversation{stream, clock, hash, entropy, deadline};
};

// Fills all of `config` but the target's name. The initiator's name is that of the
// parameters, of /etc/iscsi/initiatorname.iscsi, or one that says who asks.
std::optional<Failure> configure(const TargetOptions& options, const boot::Parameters& parameters,
                                 Entropy& entropy, iscsi::LoginConfig& config);

// The link that a user named in an address ("%eth0"), for link-local ones; empty: as routes say.
std::optional<Failure> use_link(TargetPorts& ports, Text name);

// The URL of a command line, for messages: not with what may be a secret.
std::string shown_url(const std::string& url);

// All that the portal lists, in its order.
std::optional<Failure> discover(TargetPorts& ports, const Portal& portal,
                                const iscsi::LoginConfig& config,
                                std::vector<iscsi::DiscoveredTarget>& targets);

}  // namespace isboot::cli
