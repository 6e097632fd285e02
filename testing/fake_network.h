#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/ports/network.h"
#include "testing/fake_clock.h"

namespace isboot::testing {

class FakeNetwork final : public Network {
public:
  explicit FakeNetwork(FakeClock& clock) : clock_{clock} {}

  Result<LinkId> find_link(const WantedLink& wanted, Millis deadline) override {
    calls.emplace_back("find_link");
    if (wanted.mac == present) return LinkId{7};
    clock_.sleep_until(deadline);
    return Error{Errc::NotFound, 0, "no NIC has this MAC address"};
  }
  Result<LinkId> configure(LinkId link, const LinkConfig& config, Millis) override {
    calls.emplace_back("configure");
    configured.push_back(config);
    if (failure) return *failure;
    return link;
  }
  void tell_conflict() override { calls.emplace_back("tell_conflict"); }

  MacAddress present;            // the only NIC
  std::optional<Error> failure;  // of configure()
  std::vector<LinkConfig> configured;
  std::vector<const char*> calls;

private:
  FakeClock& clock_;
};

}  // namespace isboot::testing
