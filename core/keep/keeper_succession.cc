// The keeper's part in its own replacement by another program's.
#include "core/keep/keeper.h"

namespace isboot::keep {

void Keeper::on_replace_requested(std::size_t client) {
  if (!succession_.ask(client)) answer(client, false, "another keeper takes over already");
}

// Nobody who waits for an answer, and no session that is about to end, is left to another program.
bool Keeper::may_be_offered() const {
  if (over_ || handover_ || !succession_.wanted()) return false;
  for (const Slot& slot : slots_)
    if (slot.end.under_way()) return false;
  for (std::size_t client = 0; client < kMaxClients; ++client)
    if (clients_[client].there && !succession_.is(client)) return false;
  return true;
}

// When the time is told: in between its driver may be about to do something for a session.
void Keeper::look_whether_to_offer(Millis now) {
  if (!may_be_offered()) return;
  const std::size_t client = succession_.client();
  if (then_ != MachineEnd::Stay || announced_.standing(now) != MachineEnd::Stay) {
    succession_.end();
    return answer(client, false, "the machine ends, and nobody takes over any more");
  }
  succession_.offer(now);
  add(Action::Kind::Offer).client = client;
}

// Whatever else there is to tell waits in the sockets of who tells it.
void Keeper::on_event_while_offered(const Event& event, Millis now) {
  using Kind = Event::Kind;
  const bool left = event.kind == Kind::ClientLeft && succession_.is(event.client);
  if (left) clients_[event.client] = {};
  if (left || (event.kind == Kind::Time && succession_.deadline() <= now))
    add(Action::Kind::TakeBack);
  if (event.kind == Kind::OfferOver) on_offer_over(event.taken);
}

// The state file is the other's then.
void Keeper::on_offer_over(bool taken) {
  succession_.end();
  if (!taken) {
    say(LogLevel::Warning, "the new keeper did not take over: this one goes on");
    return look_at_all();
  }
  for (std::size_t slot = 0; slot < kMaxKept; ++slot)
    if (slots_[slot].used) add(Action::Kind::Forget, slot);
  slots_ = {};
  over_ = true;
  say(LogLevel::Info, "another program keeps the sessions now", Action::kNone,
      Happening::TakenOver);
  add(Action::Kind::Over);
}

}  // namespace isboot::keep
