// What core/keep/keeper.h wants done.
#include "platform/linux/keeper/keeper.h"

namespace isboot::linux_platform {

using keep::Action;
using keep::Event;

void Keeper::tell(const Event& event) {
  const keep::Actions actions = core_->on_event(event, ports_.clock.now());
  for (const Action& action : actions) carry_out(action);
}

void Keeper::tell_whether_carried(Slot& slot) {
  if (!slot.session || slot.session->carried() == slot.told_carried) return;
  slot.told_carried = !slot.told_carried;
  tell({.kind = slot.told_carried ? Event::Kind::Carried : Event::Kind::Lost,
        .slot = index_of(slot)});
  save();  // who shows the sessions waits for the file to be replaced, and asks then
}

void Keeper::carry_out(const Action& action) {
  switch (action.kind) {
    case Action::Kind::AskTheInit:
      return end_notice_->ask();
    case Action::Kind::AskTheEnd:
      look_for_ends_taken_back();
      return tell({.kind = Event::Kind::EndAsked});
    case Action::Kind::Answer:
      return answer(clients_[action.client].get(), action.done, action.text);
    case Action::Kind::Offer:
      return offer(action.client);
    case Action::Kind::TakeBack:
      return take_offer_back();
    case Action::Kind::Say:
    case Action::Kind::SayTheEnd:
      return say(action);
    case Action::Kind::Read:
      return read_brought();
    case Action::Kind::Begin:
      return begin_brought(slots_[action.slot]);
    case Action::Kind::Forget:
      return release(slots_[action.slot]);
    case Action::Kind::Save:
      return save();
    case Action::Kind::Over:
      over_ = action.then;
      return;
    default:
      break;
  }
  if (action.slot < kMaxKept && slots_[action.slot].session) carry_out(action, slots_[action.slot]);
}

void Keeper::carry_out(const Action& action, Slot& slot) {
  const SessionId session = slot.session->record().session;
  switch (action.kind) {
    case Action::Kind::Lose:
    case Action::Kind::LogOut:
    case Action::Kind::LoggedOut:
      slot.session->on_decision(action);
      return tell_whether_carried(slot);
    case Action::Kind::Unbind:
      if (!ports_.initiator.unbind(session))
        tell({.kind = Event::Kind::Refused, .slot = action.slot});
      return;
    case Action::Kind::SayGoodbye:
      if (!ports_.initiator.log_out(session))
        tell({.kind = Event::Kind::Refused, .slot = action.slot});
      return;
    case Action::Kind::Destroy:
      return ports_.initiator.destroy(session);
    case Action::Kind::Leave:
      ports_.initiator.leave(session);
      // Else the kernel flushes at its end a cache that was flushed before, and fails.
      (void)folder_->forget_cache(session, record_of(slot).lun);
      return;
    case Action::Kind::Look: {
      const auto found = find(record_of(slot));
      return tell({.kind = Event::Kind::Sight,
                   .slot = action.slot,
                   .carried = !folder_->is_lost(session),
                   .bound = !folder_->is_unbound(session),
                   .gone = !found && found.error().code == Errc::NotFound});
    }
    default:
      return;
  }
}

void Keeper::read_brought() {
  const auto session = session_of(brought_);
  if (session)
    tell({.kind = Event::Kind::Brought, .session = *session});
  else
    tell({.kind = Event::Kind::NotKept, .error = session.error()});
}

void Keeper::begin_brought(Slot& slot) {
  const auto decoded = decode(brought_, record_of(slot));
  if (!decoded) return tell({.kind = Event::Kind::NotKept, .error = decoded.error()});
  const auto begun = watch(slot);
  if (!begun) tell({.kind = Event::Kind::NotKept, .error = begun.error()});
}

void Keeper::look_for_ends_taken_back() {
  for (;;) {
    const MachineEnd way = end_notice_->taken_back();
    if (way == MachineEnd::Stay) return;
    tell({.kind = Event::Kind::TakenBack, .then = way});
  }
}

// What was let go of before open(); and of what the keeper before this one was told, some may be
// held again.
void Keeper::look_for_ends_cancelled() {
  keep::AnnouncedEnd& announced = (*room_)->announced;
  keep::AnnouncedEnd::Ways found{};
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way)
    found[static_cast<std::size_t>(EndNotice::end_by(way))] = end_notice_->was_not_held(way);
  announced.on_found_let_go(found);
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way)
    if (announced.was_told(EndNotice::end_by(way))) (void)end_notice_->take(way);
}

void Keeper::say(const Action& action) {
  std::array<char, 160> line{};
  TextWriter out{line};
  if (action.kind == Action::Kind::SayTheEnd)
    (out << "the machine ends; a target that is away has ").decimal(end_limit_)
        << " s to come back";
  else if (action.slot < kMaxKept)
    (out << "session ").decimal(record_of(slots_[action.slot]).session.value)
        << ": " << action.text;
  else
    out << action.text;
  ports_.log.write(action.level, out.text());
  const bool of_session = action.slot < kMaxKept && slots_[action.slot].session.has_value();
  ports_.journal.write({action.happening,
                        action.level,
                        out.text(),
                        of_session ? &record_of(slots_[action.slot]) : nullptr,
                        {}});
}

}  // namespace isboot::linux_platform
