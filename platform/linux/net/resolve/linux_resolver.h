// DNS messages to a server and back, by c-ares; built without it (ISBOOT_NAMES=OFF) there is none.
#pragma once

#include <functional>

#include "core/ports/clock.h"
#include "core/ports/resolver.h"

namespace isboot::linux_platform {

class LinuxResolver final : public Resolver {
public:
  using KnownServers = std::function<NameServers()>;
  static constexpr std::uint16_t kPort = 53;

  LinuxResolver(Clock& clock, KnownServers known, std::uint16_t port = kPort)
      : clock_{clock}, known_{std::move(known)}, port_{port} {}

  static bool is_built_in();
  // nullptr when the program was built without it.
  Resolver* if_built_in() { return is_built_in() ? this : nullptr; }

  NameServers known_servers() override { return known_(); }
  // With via.only the question goes out by that link alone.
  Result<std::size_t> ask(const IpAddress& server, Bytes query, MutableBytes out, Via via,
                          Millis deadline) override;
  bool has_route(const IpAddress& address) override;

private:
  Clock& clock_;
  KnownServers known_;
  std::uint16_t port_;
};

}  // namespace isboot::linux_platform
