// The module's life, from the table to the last moment before the machine stops: one enum, one
// step function. Runs in a process of its own; each step may block.
#pragma once

#include <optional>

#include "core/ibft/finding.h"
#include "platform/freebsd/firmware.h"
#include "platform/freebsd/kept_session.h"

namespace isboot::freebsd {

enum class LifeState : std::uint8_t {
  Begin,    // nothing was looked at
  Trying,   // the path number path_ is next; root waits
  Joining,  // root need not wait; so is the path number path_
  Kept,     // each path has its turn when it is due
  Over,     // nothing to do, failed, or the machine stops
};

// About 450 KiB, for the heap: nothing above 2 KiB is on the stack. Root waits until the first step
// to Joining or Over.
class Life {
public:
  Life() = default;
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // Does what the state asks for and returns the next state.
  LifeState step();
  LifeState state() const { return state_; }

private:
  LifeState begin();
  Result<Done> plan(MutableBytes memory);
  LifeState try_path();
  LifeState join();
  LifeState watch();
  // The path number path_ as far as it comes by `give_up`.
  Result<Done> bring_up(Millis give_up, boot::Unanswered unanswered);
  void show_kept();
  LifeState over(Text state);
  void log_findings(const ibft::Findings& findings);

  LifeState state_ = LifeState::Begin;
  KernelClock clock_;
  KernelLog log_;
  KernelEntropy entropy_{clock_};
  KernelHash hash_;

  boot::Parameters parameters_;
  Millis give_up_ = 0;
  ibft::Table table_;  // its texts go with the table's bytes; only numbers are read later
  ibft::Findings findings_;
  boot::Plan plan_;
  std::size_t path_ = 0;
  boot::Workroom room_;
  std::array<std::optional<KeptSession>, boot::kMaxPaths> kept_;  // of the paths in plan_
  std::size_t first_ = 0;                                         // which let root go
};

}  // namespace isboot::freebsd
