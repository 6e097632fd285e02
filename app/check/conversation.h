// One session with a target, from user space: log in, a few requests, log out. For
// `check` and `discover`; nothing of it reaches the kernel's initiator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/failure.h"
#include "core/boot/session.h"
#include "core/iscsi/full_feature.h"
#include "core/names/look_up.h"
#include "core/ports/stream.h"

namespace isboot::app {

// Tells sessions of a check from those of a boot; any value but a path's number does.
inline constexpr std::uint16_t kCheckIsidQualifier = 0xffff;

// Whether the target was busy, gave the command up or could not carry it out: what the kernel sends
// again, and for a disk that the keeper holds (`max_retries` -1, docs/keeper.md) without end.
bool is_sent_again(const iscsi::ExchangeResult& result);

class Conversation {
public:
  static constexpr Millis kUntilTheDeadline = ~Millis{0};

  // Borrows the ports. `deadline` is a time on `clock`, for everything.
  Conversation(Stream& stream, Clock& clock, Hash& hash, Entropy& entropy, Millis deadline)
      : stream_{stream}, clock_{clock}, hash_{hash}, entropy_{entropy}, deadline_{deadline} {}

  // The link that connections go through, whatever the routes say of a link-local address.
  void use_link(std::uint32_t link) { via_ = {link, false}; }

  // For names that a target redirects to; without it they are refused. Borrowed.
  void use_names(names::Asking& asking) { asking_ = &asking; }

  // Connects, and follows redirections.
  Outcome<> log_in(const Portal& portal, iscsi::LoginConfig config);
  const iscsi::SessionParams& params() const { return params_; }
  // After a login that failed: whether the target closed the connection without a word.
  bool was_hung_up() const { return was_hung_up_; }
  const Portal& portal() const { return portal_; }  // where the login ended up
  // What the target did in the login that was made safe, in words.
  const std::vector<std::string>& notes() const { return notes_; }

  // One SCSI command; `result` borrows until the next one. A unit attention is not a
  // failure of the command: it is sent again, as what the target could not carry out; so it is for
  // `patience`, until the deadline at most, where the target is busy or the disk is not ready.
  Outcome<> command(const Lun& lun, Bytes cdb, MutableBytes data, iscsi::ExchangeResult& result,
                    Millis patience = kUntilTheDeadline);
  // Too late for one more try of a command.
  bool is_over() const;
  Outcome<> text(Text request, MutableBytes answer, iscsi::ExchangeResult& result);
  void log_out();

private:
  boot::SessionEvent look_up(const boot::SessionStep& step);
  Outcome<> finish(iscsi::ExchangeStep first, iscsi::ExchangeResult& result);

  Stream& stream_;
  Clock& clock_;
  Hash& hash_;
  Entropy& entropy_;
  Millis deadline_;
  Via via_{};
  names::Asking* asking_ = nullptr;
  std::optional<Failure> look_up_failure_;  // of this login
  bool was_hung_up_ = false;
  Portal portal_;
  iscsi::SessionParams params_;
  std::vector<std::string> notes_;
  std::optional<iscsi::FullFeature> exchange_;
};

}  // namespace isboot::app
