// What `check`, `discover` and `attach` have in common: who this machine is to a target, and how it
// speaks with one.
#pragma once

#include <optional>
#include <vector>

#include "app/check/conversation.h"
#include "app/check/initiator_name.h"
#include "app/names/find_portals.h"
#include "app/names/known_servers.h"
#include "core/boot/parameters.h"
#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/net/resolve/linux_resolver.h"
#include "platform/linux/system/clock.h"

namespace isboot::app {

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

  // The portals that a name, or an address, stands for, the best first.
  Outcome<std::vector<Portal>> find(const Portal& portal, Text host);
};

// Of a machine that has no name (initiator_name.h): the same on each, so good for a look alone.
inline constexpr Text kNoName = "iqn.2026-11.invalid.isboot:check";

// Fills all of `config` but the target's name. The initiator's is initiator_name(), or kNoName.
// `credentials_file`: empty for none.
Outcome<> configure_login(const std::string& credentials_file, const boot::Parameters& parameters,
                          Entropy& entropy, iscsi::LoginConfig& config,
                          const InitiatorNamePlaces& places = {});

// The link that a user named in an address ("%eth0"), for link-local ones. Empty: 0, as routes say.
Outcome<std::uint32_t> link_number(Text name);

// The URL of a command line, for messages: not with what may be a secret.
std::string shown_url(const std::string& url);

}  // namespace isboot::app
