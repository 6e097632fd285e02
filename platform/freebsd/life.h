// The module's life, from the table to the last moment before the machine stops: one enum, one
// step function. Runs in a process of its own; each step may block.
#pragma once

#include <optional>

#include "core/boot/establish.h"
#include "core/ibft/finding.h"
#include "platform/freebsd/firmware.h"
#include "platform/freebsd/initiator.h"
#include "platform/freebsd/network.h"
#include "platform/freebsd/ports.h"
#include "platform/freebsd/stream.h"

namespace isboot::freebsd {

enum class LifeState : std::uint8_t {
  Begin,      // nothing was looked at
  Trying,     // the path number path_ is next
  Kept,       // the kernel carries the session
  LoggingIn,  // its connection was lost, the next login is under way
  Over,       // nothing to do, failed, or the machine stops
};

// About 90 KiB, for the heap. Root waits until the first step to Kept or Over.
class Life {
public:
  Life() = default;
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // Does what the state asks for and returns the next state.
  LifeState step();
  LifeState state() const { return state_; }
  std::uint32_t recoveries() const { return recoveries_; }

private:
  LifeState begin();
  Result<Done> plan(MutableBytes memory);
  LifeState try_path();
  LifeState keep(const boot::BootSession& established);
  LifeState wait_for_loss();
  LifeState log_in();
  std::optional<boot::SessionEvent> carry_out(const boot::SessionStep& step);
  boot::SessionEvent receive(const boot::SessionStep& step);
  LifeState over(Text state);
  void log_findings(const ibft::Findings& findings);
  void log_failure(const Error& error, Text then);
  void log_recovery();

  LifeState state_ = LifeState::Begin;
  KernelClock clock_;
  KernelLog log_;
  KernelEntropy entropy_{clock_};
  KernelHash hash_;
  KernelNetwork network_{clock_, log_};
  KernelInitiator initiator_{clock_, log_};
  KernelStream stream_{clock_};
  boot::Ports ports_{network_, initiator_, stream_, clock_, hash_, entropy_, log_};

  boot::Parameters parameters_;
  Millis give_up_ = 0;
  ibft::Table table_;  // its texts go with the table's bytes; only numbers are read later
  ibft::Findings findings_;
  boot::Plan plan_;
  std::size_t path_ = 0;

  SessionId id_;
  LinkId link_;
  iscsi::LoginConfig login_;
  std::optional<boot::Session> session_;
  std::array<std::uint8_t, 2048> received_{};
  Millis lost_at_ = 0;
  Millis next_log_ = 0;
  std::uint32_t recoveries_ = 0;
};

}  // namespace isboot::freebsd
