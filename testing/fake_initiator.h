#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/initiator.h"

namespace isboot::testing {

// Writes down what it is told. The next failures of a call are taken from its queue.
class FakeInitiator final : public Initiator {
public:
  Result<SessionId> create(const SessionConfig& config) override {
    calls.emplace_back("create");
    created.push_back(config);
    if (no_session) return *no_session;
    return SessionId{1};
  }
  std::optional<std::array<std::uint8_t, 6>> isid(SessionId) override { return own_isid; }
  Result<Done> hand_over(SessionId, Stream& stream, const iscsi::SessionParams& params) override {
    calls.emplace_back("hand_over");
    handed_over.push_back(params);
    stream.close();
    if (!hand_over_failures.empty()) {
      const Error error = hand_over_failures.front();
      hand_over_failures.pop_front();
      return error;
    }
    return Done{};
  }
  Result<std::uint32_t> recover(SessionId) override {
    calls.emplace_back("recover");
    return next_cmd_sn;
  }
  Result<DiskName> find_disk(SessionId, const Lun& lun, Millis) override {
    calls.emplace_back("find_disk");
    asked = lun;
    if (looks_in_vain > 0) {
      --looks_in_vain;
      return Error{Errc::NotFound, 0, "the target has no such LUN"};
    }
    if (no_disk) return *no_disk;
    DiskName name;
    (void)name.assign("/dev/sda");
    return name;
  }
  void destroy(SessionId) override { calls.emplace_back("destroy"); }

  std::optional<std::array<std::uint8_t, 6>> own_isid;
  std::optional<Error> no_session;
  std::optional<Error> no_disk;
  int looks_in_vain = 0;  // find_disk() finds nothing so often, then a disk
  std::deque<Error> hand_over_failures;
  std::uint32_t next_cmd_sn = 1;

  std::vector<std::string> calls;
  std::vector<SessionConfig> created;
  std::vector<iscsi::SessionParams> handed_over;
  Lun asked;
};

}  // namespace isboot::testing
