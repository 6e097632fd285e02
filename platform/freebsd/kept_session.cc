#include "platform/freebsd/kept_session.h"

#include <algorithm>

#include "core/ports/line.h"

namespace isboot::freebsd {
namespace {

using boot::SessionEvent;
using boot::SessionStep;

// Nobody tells that a connection is lost: iscsi(4) asks whoever waits for a login of any session,
// which is not ours to take.
constexpr Millis kLookEvery = 250;
// A running iscsid(8) is asked by the kernel in the same moment. Two logins at once would end each
// other at the target, so it goes first; the time is doubled whenever both were under way.
constexpr Millis kShare = 3'000;
constexpr Millis kMaxShare = 60'000;
// For the carrier before a try; later tries wait again.
constexpr Millis kNicLimit = 4'000;
// For a LUN to appear after a first login that comes late.
constexpr Millis kDiskLimit = 5'000;

const Error kLost{Errc::Closed, 0, "the connection is lost"};

}  // namespace

Text KeptSession::state_text() const {
  if (state_ == KeptState::Kept) return "kept";
  return state_ == KeptState::Ended ? "gone" : "lost";
}

void KeptSession::start_session() {
  const boot::SessionLimits limits{.give_up = boot::kNeverGiveUp};
  session_.emplace(established_.kernel.portal, established_.login, limits, hash_, entropy_);
}

void KeptSession::keep(const boot::BootSession& established) {
  established_ = established;
  iscsid_share_ = kShare;
  keep::begin(history_, clock_.now());
  start_session();
  if (!established_.logged_in) {
    state_ = KeptState::LoggingIn;
    event_ = SessionEvent::start();
    return;
  }
  state_ = KeptState::Kept;
  (void)session_->on_event(SessionEvent::adopt(established_.time2wait),
                           clock_.now());  // Carried: nothing to do
}

Millis KeptSession::look() {
  if (state_ == KeptState::Kept) {
    const auto seen = initiator_.state();
    if (seen == KernelInitiator::State::Connected) {
      network_.put_back();
      return clock_.now() + kLookEvery;
    }
    if (seen == KernelInitiator::State::Lost) lost();
  }
  if (state_ != KeptState::Ended && is_settled()) return clock_.now() + kLookEvery;
  if (state_ == KeptState::Ended) return clock_.now() + kLookEvery;
  if (clock_.now() < due_) return std::min(due_, clock_.now() + kLookEvery);
  if (state_ == KeptState::Lost) {
    state_ = KeptState::LoggingIn;
    event_ = SessionEvent::lost(kLost);
  }
  return log_in();
}

void KeptSession::lost() {
  state_ = KeptState::Lost;
  const Millis now = clock_.now();
  keep::on_lost(history_, kLost, now);
  due_ = isboot_iscsi_is_open() != 0 ? now + iscsid_share_ : now;
  Line line;
  line << to_text(session_->home()) << ": " << kLost.text
       << (initiator_.disk_is_gone() ? "; its I/O fails (kern.iscsi.fail_on_disconnection)"
                                     : "; I/O waits until it is back");
  log_.write(LogLevel::Warning, line.text());
}

bool KeptSession::is_settled() {
  switch (initiator_.state()) {
    case KernelInitiator::State::Lost:
      return false;
    case KernelInitiator::State::Connected:
      start_session();
      (void)session_->on_event(SessionEvent::adopt(established_.time2wait), clock_.now());
      kept(", by iscsid(8)");
      return true;
    case KernelInitiator::State::Ended:
      break;
  }
  end();
  return true;
}

void KeptSession::kept(Text by) {
  stream_.close();
  event_.reset();
  state_ = KeptState::Kept;
  if (!established_.logged_in) {
    established_.logged_in = true;
    return find_disk();
  }
  if (initiator_.disk_is_gone()) find_disk();
  Line line;
  line << "back at " << to_text(session_->portal()) << " after ";
  const Millis took = keep::on_back(history_, clock_.now());
  line.decimal(took / 1000) << '.' << static_cast<char>('0' + took / 100 % 10) << " s" << by;
  log_.write(LogLevel::Info, line.text());
}

void KeptSession::end() {
  stream_.close();
  event_.reset();
  state_ = KeptState::Ended;
  Line line;
  line << to_text(session_->home()) << ", " << established_.login.target_name
       << ": the session has ended in the kernel (iscsictl -R, or the target asked for a logout): "
       << (established_.disk.empty() ? Text{"its disk"} : established_.disk.view())
       << " is gone and cannot be brought back";
  log_.write(LogLevel::Error, line.text());
}

// Of a path that joins late, or whose disk was taken away while it was lost.
void KeptSession::find_disk() {
  const auto disk =
      initiator_.find_disk(established_.session, established_.lun, clock_.now() + kDiskLimit);
  Line line;
  line << to_text(session_->portal()) << ": LUN " << to_text(established_.lun).view() << " of "
       << established_.login.target_name << ' ';
  if (disk)
    line << "is " << *disk;
  else
    line << "has no disk: " << disk.error().text;
  if (disk) established_.disk = *disk;
  log_.write(disk ? LogLevel::Info : LogLevel::Warning, line.text());
}

// Until a step that waits.
Millis KeptSession::log_in() {
  while (event_ && isboot_stopping() == 0) {
    const SessionStep step = session_->on_event(*event_, clock_.now());
    if (step.kind == SessionStep::Kind::Wait) {
      stream_.close();
      log_failure(step.error, "; trying again");
      event_ = SessionEvent::due();
      due_ = step.deadline;
      return std::min(due_, clock_.now() + kLookEvery);
    }
    event_ = carry_out(step);
  }
  if (isboot_stopping() != 0) return clock_.now();
  if (session_->state() == boot::SessionState::HandedOver)
    kept({});
  else
    end();
  return clock_.now() + kLookEvery;
}

// The answer to a step; nothing when there is none to come: carried, or over.
std::optional<SessionEvent> KeptSession::carry_out(const SessionStep& step) {
  switch (step.kind) {
    case SessionStep::Kind::Connect:
      return connect(step);
    case SessionStep::Kind::Send: {
      const auto sent = stream_.send(step.send, step.deadline);
      return sent ? receive(step) : SessionEvent::failed(sent.error());
    }
    case SessionStep::Kind::Receive:
      return receive(step);
    case SessionStep::Kind::LookUp:
      return SessionEvent::failed(boot::kNoLookUp);
    case SessionStep::Kind::HandOver:
      return hand_over();
    case SessionStep::Kind::Recover: {
      const auto cmd_sn = initiator_.recover(established_.session);
      if (!cmd_sn) return std::nullopt;
      return SessionEvent::recovered(*cmd_sn);
    }
    case SessionStep::Kind::LogOut:  // the kernel tells of no Asynchronous Message
    case SessionStep::Kind::Wait:
    case SessionStep::Kind::Carried:
    case SessionStep::Kind::Stop:
      break;
  }
  return std::nullopt;
}

// What of the network was taken away meanwhile is set up again.
SessionEvent KeptSession::connect(const SessionStep& step) {
  if (established_.nic) {
    const Muted muted{log_, keep::told_lately(history_, clock_.now())};
    const auto link = network_.restore(*established_.nic, clock_.now() + kNicLimit);
    if (!link) return SessionEvent::failed(link.error());
    established_.link = *link;
  }
  const auto up = stream_.connect(step.portal, Via{established_.link.index}, step.deadline);
  return up ? SessionEvent::connected() : SessionEvent::failed(up.error());
}

SessionEvent KeptSession::hand_over() {
  const auto taken = initiator_.hand_over(established_.session, stream_, session_->params());
  if (!taken) return SessionEvent::failed(taken.error());
  if (initiator_.was_late()) iscsid_share_ = std::min(2 * iscsid_share_, kMaxShare);
  return SessionEvent::handed_over();
}

SessionEvent KeptSession::receive(const SessionStep& step) {
  const std::size_t count = std::min(step.wanted, received_.size());
  const auto got = stream_.receive(MutableBytes{received_}.first(count), step.deadline);
  if (!got) return SessionEvent::failed(got.error());
  return SessionEvent::received(Bytes{received_}.first(*got));
}

void KeptSession::log_failure(const Error& error, Text then) {
  Line why;
  const Text refusal = session_->refusal();
  const Text words = refusal.empty() ? words_of(error.code) : Text{};
  if (refusal.empty())
    why << error.text;
  else
    why << refusal;
  if (!words.empty()) why << " (" << words << ')';
  if (!session_->fault().empty()) why << ", " << session_->fault();
  (void)last_error_.assign(part_of(why.text(), 0, 200));
  if (!keep::on_failed(history_, error, refusal, session_->tries(), clock_.now())) return;
  Line line;
  line << to_text(session_->portal()) << ": " << why.text() << then;
  log_.write(LogLevel::Warning, line.text());
}

}  // namespace isboot::freebsd
