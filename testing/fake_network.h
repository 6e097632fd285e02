#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/network.h"
#include "testing/fake_clock.h"

namespace isboot::testing {

class FakeNetwork final : public Network {
public:
  explicit FakeNetwork(FakeClock& clock) : clock_{clock} {}

  Result<LinkId> find_link(const WantedLink& wanted, Millis deadline) override {
    note("find_link");
    if (wanted.mac == present) return LinkId{7};
    clock_.sleep_until(deadline);
    return Error{Errc::NotFound, 0, "no NIC has this MAC address"};
  }
  Result<LinkId> configure(LinkId link, const LinkConfig& config, Millis) override {
    note("configure");
    configured.push_back(config);
    if (failure) return *failure;
    return link;
  }
  Result<Done> wait_ready(Millis deadline) override {
    note("wait_ready");
    if (carrier) return Done{};
    clock_.sleep_until(deadline);
    return Error{Errc::TimedOut, 0, "no carrier"};
  }
  void tell_conflict() override { note("tell_conflict"); }

  MacAddress present;            // the only NIC
  std::optional<Error> failure;  // of configure()
  std::vector<LinkConfig> configured;
  bool carrier = true;
  std::vector<std::string> calls;
  std::function<void(const std::string&)> on_call = [](const std::string&) {};

private:
  void note(const char* call) {
    calls.emplace_back(call);
    on_call(calls.back());
  }

  FakeClock& clock_;
};

}  // namespace isboot::testing
