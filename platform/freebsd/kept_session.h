// One session of the boot disk from its hand-over to its end: looks at it, and brings a lost
// connection back. One enum, one step function; the sessions of a machine take turns.
#pragma once

#include <optional>

#include "core/boot/establish.h"
#include "core/keep/session_history.h"
#include "platform/freebsd/initiator.h"
#include "platform/freebsd/network.h"
#include "platform/freebsd/ports.h"
#include "platform/freebsd/stream.h"

namespace isboot::freebsd {

enum class KeptState : std::uint8_t {
  Kept,       // the kernel carries the session
  Lost,       // its connection is lost; iscsid(8), if it runs, has its chance
  LoggingIn,  // ours
  Ended,      // the kernel has no such session any more
};

class KeptSession {
public:
  KeptSession(KernelClock& clock, KernelLog& log, KernelHash& hash, KernelEntropy& entropy)
      : clock_{clock}, log_{log}, hash_{hash}, entropy_{entropy} {}
  KeptSession(const KeptSession&) = delete;
  KeptSession& operator=(const KeptSession&) = delete;

  // What its path is brought up with.
  boot::Ports ports(boot::Workroom& room) {
    return {network_, initiator_, stream_, clock_, hash_, entropy_, log_, room};
  }
  KernelInitiator& initiator() { return initiator_; }

  // What establish() made, logged in or not.
  void keep(const boot::BootSession& established);
  // Does what is due and returns when to come again. Blocks as long as a connection and a login
  // may take.
  Millis look();

  KeptState state() const { return state_; }
  Text state_text() const;
  Text last_error() const { return last_error_; }
  Text interface() const { return network_.interface(); }
  std::uint32_t kernel_id() const { return initiator_.kernel_id(); }
  const boot::BootSession& established() const { return established_; }
  std::uint32_t recoveries() const { return history_.recoveries; }

private:
  void lost();
  void kept(Text by);
  void end();
  // True when there is nothing left to log in to: somebody else has done it, or it has ended.
  bool is_settled();
  Millis log_in();
  std::optional<boot::SessionEvent> carry_out(const boot::SessionStep& step);
  boot::SessionEvent connect(const boot::SessionStep& step);
  boot::SessionEvent hand_over();
  boot::SessionEvent receive(const boot::SessionStep& step);
  void start_session();
  void find_disk();
  void log_failure(const Error& error, Text then);

  KernelClock& clock_;
  KernelLog& log_;
  KernelHash& hash_;
  KernelEntropy& entropy_;
  KernelNetwork network_{clock_, log_};
  KernelInitiator initiator_{clock_, log_};
  KernelStream stream_{clock_};

  KeptState state_ = KeptState::Ended;
  boot::BootSession established_;
  std::optional<boot::Session> session_;
  std::optional<boot::SessionEvent> event_;  // the next one of session_, due at due_
  Millis due_ = 0;
  Millis iscsid_share_ = 0;  // how long a lost session is left to iscsid(8)
  keep::SessionHistory history_;
  InlineText<200> last_error_;
  std::array<std::uint8_t, 2048> received_{};
};

}  // namespace isboot::freebsd
