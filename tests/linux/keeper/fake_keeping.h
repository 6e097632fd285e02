#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "platform/linux/initiator/session_keeping.h"

namespace isboot::linux_platform {

// The kernel as the keeper sees it: writes down what it is told.
class FakeKeeping final : public SessionKeeping {
public:
  Result<Done> open() override { return Done{}; }
  Result<Done> adopt(SessionId session, const SessionConfig&, bool) override {
    known.insert(session.value);
    return Done{};
  }
  Result<SessionId> create(const SessionConfig&) override { return SessionId{}; }
  Result<Done> hand_over(SessionId, Stream& stream, const iscsi::SessionParams&) override {
    stream.close();
    return call("hand_over");
  }
  Result<std::uint32_t> recover(SessionId) override {
    calls.emplace_back("recover");
    return std::uint32_t{1};
  }
  Result<DiskName> find_disk(SessionId, const Lun&, Millis) override { return DiskName{}; }
  Result<Done> unbind(SessionId) override { return call("unbind"); }
  Result<Done> log_out(SessionId) override { return call("log_out"); }
  void leave(SessionId) override { (void)call("leave"); }
  void destroy(SessionId session) override {
    (void)call("destroy");
    forget(session);
    if (after_destroy) after_destroy();
  }
  void forget(SessionId session) override { known.erase(session.value); }

  std::set<std::uint32_t> known;  // of which there is room for few
  std::vector<std::string> calls;
  std::string refused;
  std::function<void()> after_destroy;

private:
  Result<Done> call(const char* name) {
    calls.emplace_back(name);
    if (refused == name) return Error{Errc::Unsupported, 0, "refused"};
    return Done{};
  }
};

}  // namespace isboot::linux_platform
