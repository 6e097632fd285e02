#pragma once

#include <algorithm>
#include <deque>
#include <vector>

#include "core/ports/stream.h"
#include "testing/fake_clock.h"
#include "testing/scripted_target.h"

namespace isboot::testing {

// Connections to scripted targets: the first connect() gets the first script, and so on.
// When there are no more scripts, nobody listens.
class FakeStream final : public Stream {
public:
  explicit FakeStream(FakeClock& clock) : clock_{clock} {}

  void expect(std::vector<ScriptedReply> script) { targets_.emplace_back(std::move(script)); }

  Result<Done> connect(const Portal& portal, Via via, Millis deadline) override {
    vias.push_back(via);
    portals.push_back(portal);
    deadlines.push_back(deadline);
    if (next_ == targets_.size()) {
      clock_.pass(1);
      return Error{Errc::TimedOut, 0, "nobody listens"};
    }
    ++next_;
    open_ = true;
    return Done{};
  }
  Result<Done> send(Bytes data, Millis) override {
    const auto reply = targets_[next_ - 1].respond(data);
    incoming_.insert(incoming_.end(), reply.begin(), reply.end());
    return Done{};
  }
  Result<std::size_t> receive(MutableBytes out, Millis deadline) override {
    if (incoming_.empty()) {
      clock_.sleep_until(deadline);
      return Error{Errc::TimedOut, 0, "no answer in time"};
    }
    const std::size_t count = std::min(out.size(), incoming_.size());
    std::copy_n(incoming_.begin(), count, out.begin());
    incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }
  void close() override {
    open_ = false;
    incoming_.clear();
  }
  int descriptor() const override { return open_ ? 3 : -1; }

  const ScriptedTarget& target(std::size_t number) const { return targets_[number]; }
  std::vector<Portal> portals;  // of every connect()
  std::vector<Via> vias;
  std::vector<Millis> deadlines;

private:
  FakeClock& clock_;
  std::deque<ScriptedTarget> targets_;
  std::deque<std::uint8_t> incoming_;
  std::size_t next_ = 0;
  bool open_ = false;
};

}  // namespace isboot::testing
