// One session under the keeper: carries out the steps of boot::Session without ever
// blocking on the network. The loop around it waits for what waiting() says.
#pragma once

#include <optional>

#include "core/boot/session.h"
#include "core/keep/keeper.h"
#include "core/keep/session_history.h"
#include "core/ports/log.h"
#include "platform/linux/initiator/session_keeping.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/keeper/errands.h"
#include "platform/linux/keeper/journal.h"
#include "platform/linux/keeper/multipath.h"
#include "platform/linux/keeper/session_record.h"
#include "platform/linux/net/link/nic_mender.h"

namespace isboot::linux_platform {

struct KeeperPorts {
  Clock& clock;
  Log& log;
  Hash& hash;
  Entropy& entropy;
  SessionKeeping& initiator;
  NicMending& nics;
  Journal& journal;
  Errands& errands;
  Multipath& multipath;
};

using keep::kNever;
using keep::SessionHistory;

struct Waiting {
  int descriptor = -1;  // none
  short events = 0;     // of poll(2)
  Millis deadline = kNever;
};

class KeptSession {
public:
  // Borrows the record, whose secrets stay where they are, and the ports. start() comes next.
  KeptSession(SessionRecord& record, const KeeperPorts& ports);

  // `alive`: the kernel's connection works; else the session is brought back, or up, at once.
  Result<Done> start(bool alive);
  // Lose, LogOut or LoggedOut of the keeper's. Harmless when it comes too late.
  void on_decision(const keep::Action& action);
  void on_ready();  // waiting().descriptor has one of its events
  void on_time();   // waiting().deadline has passed

  Waiting waiting() const { return waiting_; }
  const SessionRecord& record() const { return record_; }
  const SessionHistory& history() const { return history_; }
  boot::SessionState state() const { return session_.state(); }
  const Portal& portal() const { return session_.portal(); }
  std::uint32_t tries() const { return session_.tries(); }
  bool carried() const { return state() == boot::SessionState::HandedOver; }
  // The disk came back under another name.
  void set_disk(const DiskName& disk) {
    record_.disk = disk;
    changed_ = true;
  }
  // Whether the record is another one than at the last call: the link has a new number.
  bool take_changed() { return std::exchange(changed_, false); }

private:
  void on_event(const boot::SessionEvent& event);
  void note_loss(const Error& error);
  // What came of the step at once; nothing when there is something to wait for.
  std::optional<boot::SessionEvent> carry_out(const boot::SessionStep& step);
  std::optional<boot::SessionEvent> send(const boot::SessionStep& step);
  boot::SessionEvent receive();
  std::optional<boot::SessionEvent> connect(const boot::SessionStep& step);
  boot::SessionEvent connect_failed(const Error& error);
  void wait_for(short events, Millis deadline);
  void say_failure(const Error& error, Text then);
  void log_carried();
  void log_moved();
  void tell(keep::Happening what, LogLevel level, Text line);

  SessionRecord& record_;
  KeeperPorts ports_;
  boot::Session session_;
  TcpStream stream_;
  SessionHistory history_;
  Waiting waiting_;
  std::size_t wanted_ = 0;
  bool unreachable_ = false;  // the last connect() got no answer
  bool changed_ = false;
  std::optional<Portal> carried_at_;
  std::array<std::uint8_t, 2048> buffer_{};
};

}  // namespace isboot::linux_platform
