// A keeper of one session, and what it has decided.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "core/keep/keeper.h"

namespace isboot::keep {

using Kind = Event::Kind;
using Done = Action::Kind;

inline constexpr SessionId kFirst{3};
inline constexpr SessionId kSecond{4};

class KeeperTest : public ::testing::Test {
protected:
  KeeperTest() {
    keeper_.set_end_limit(30'000);
    begin(kFirst);
  }

  Actions on(const Event& event) {
    last_ = keeper_.on_event(event, now_);
    for (const Action& action : last_) {
      if (action.kind == Done::Say) said_ += std::string{action.text} + "\n";
      if (action.kind == Done::Over) over_ = action.then;
    }
    return last_;
  }
  Actions on(Kind kind, std::size_t slot = 0) { return on(Event{.kind = kind, .slot = slot}); }
  Actions on_notice(Kind kind, SessionId session) {
    return on(Event{.kind = kind, .session = session});
  }
  void begin(SessionId session) {
    on({.kind = Kind::Began, .slot = *keeper_.free_slot(), .session = session, .carried = true});
  }
  void connect(std::size_t client) { on({.kind = Kind::ClientCame, .client = client}); }
  Actions ask_for_the_end(std::size_t client, SessionId session = kAllSessions,
                          MachineEnd then = MachineEnd::Stay) {
    return on({.kind = Kind::EndRequested,
               .client = client,
               .session = session,
               .limit = 30'000,
               .then = then});
  }
  void announce(MachineEnd way) {
    AnnouncedEnd::Ways ways{};
    ways[static_cast<std::size_t>(way)] = true;
    on({.kind = Kind::Announced, .ways = ways});
  }
  void lose() {
    on_notice(Kind::ConnectionLost, kFirst);
    on(Kind::Lost);
  }
  // deadline() comes.
  Actions wait() {
    now_ = keeper_.deadline();
    return on(Kind::Time);
  }
  bool does(Done kind, std::size_t slot = Action::kNone) const {
    return std::any_of(last_.begin(), last_.end(), [=](const Action& action) {
      return action.kind == kind && (slot == Action::kNone || action.slot == slot);
    });
  }

  Millis now_ = 1'000;
  AnnouncedEnd announced_;
  Keeper keeper_{announced_};
  Actions last_;
  std::string said_;
  std::optional<MachineEnd> over_;
};

}  // namespace isboot::keep
