#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/writer.h"
#include "core/ports/resolver.h"
#include "testing/fake_clock.h"

namespace isboot::testing {

// Plays DNS servers, each with its names and addresses; one that is not there says nothing.
class FakeResolver final : public Resolver {
public:
  using Zone = std::map<std::string, std::vector<IpAddress>>;

  explicit FakeResolver(FakeClock& clock) : clock_{clock} {}

  NameServers known_servers() override { return known; }

  Result<std::size_t> ask(const IpAddress& server, Bytes query, MutableBytes out, Via via,
                          Millis deadline) override {
    vias.push_back(via);
    asked.push_back(std::string{to_text(server).view()} + " " + name_of(query) +
                    (is_v4(query) ? " A" : " AAAA"));
    on_ask();
    const auto zone = zones.find(std::string{to_text(server).view()});
    if (zone == zones.end()) {
      clock_.sleep_until(deadline);
      return Error{Errc::TimedOut, 0, "no answer"};
    }
    return answer(zone->second, query, out);
  }

  bool has_route(const IpAddress& address) override { return !(unrouted && *unrouted == address); }

  NameServers known;
  std::map<std::string, Zone> zones;           // by the server's address
  std::map<std::string, std::uint8_t> rcodes;  // what such a name is answered with
  std::optional<IpAddress> unrouted;
  std::vector<std::string> asked;  // "10.0.0.1 storage.example A"
  std::vector<Via> vias;
  std::function<void()> on_ask = [] {};

private:
  static constexpr std::size_t kHeader = 12;

  static std::string name_of(Bytes query) {
    std::string name;
    for (std::size_t at = kHeader; query[at] != 0; at += query[at] + 1U) {
      if (!name.empty()) name += '.';
      name += as_text(query.subspan(at + 1, query[at]));
    }
    return name;
  }
  static bool is_v4(Bytes query) { return query[query.size() - 3] == 1; }

  std::size_t answer(const Zone& zone, Bytes query, MutableBytes out) {
    const std::string name = name_of(query);
    const auto found = zone.find(name);
    std::vector<IpAddress> addresses;
    if (found != zone.end())
      for (const IpAddress& address : found->second)
        if (address.is_v4() == is_v4(query)) addresses.push_back(address);
    const auto rcode = rcodes.find(name);
    const std::uint8_t code = rcode != rcodes.end()
                                  ? rcode->second
                                  : static_cast<std::uint8_t>(found == zone.end() ? 3 : 0);
    Writer writer{out};
    writer.bytes(query.first(2)).u8(0x81).u8(static_cast<std::uint8_t>(0x80 | code));
    writer.be16(1).be16(static_cast<std::uint16_t>(addresses.size())).zeros(4);
    writer.bytes(query.subspan(kHeader));
    for (const IpAddress& address : addresses) {
      const Bytes bytes = address.network_bytes();
      writer.be16(0xc00c).bytes(query.last(4)).be32(60);
      writer.be16(static_cast<std::uint16_t>(bytes.size())).bytes(bytes);
    }
    return writer.finish()->size();
  }

  FakeClock& clock_;
};

}  // namespace isboot::testing
