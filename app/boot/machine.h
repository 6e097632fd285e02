// This machine, as a boot by `boot` or `init` uses it.
#pragma once

#include "app/names/known_servers.h"
#include "core/boot/establish.h"
#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/linux_initiator.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/net/link/linux_network.h"
#include "platform/linux/net/resolve/linux_resolver.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/kernel_log.h"

namespace isboot::app {

// The ports as Linux has them.
struct Machine {
  linux_platform::LinuxClock clock;
  linux_platform::KernelLog log{clock, 1};
  linux_platform::LinuxNetwork network{clock, log};
  linux_platform::LinuxInitiator initiator{clock};
  linux_platform::TcpStream stream{clock};
  linux_platform::LinuxHash hash;
  linux_platform::LinuxEntropy entropy;
  linux_platform::LinuxResolver resolver{clock, [] { return known_servers(); }};
  boot::Workroom room{};
  boot::Ports ports{
      network, initiator, stream, clock, hash, entropy, log, room, resolver.if_built_in()};
};

}  // namespace isboot::app
