// Another program's keeper wants to take over: it takes what it is offered, sooner or later, or it
// ends before that; and either side may be killed at any moment.
#include "tests/keep/world.h"

namespace isboot::keep::simulation {

bool World::change(const Turn::Change& how) {
  if (shared_turn_ != how.from) return false;
  shared_turn_ = how.to;
  return true;
}

void World::another_program_comes() {
  const std::size_t client = random_.below(kMaxClients);
  if (!alive() || successor_.there || clients_[client].there) return;
  note("another program wants to take over");
  successor_ = {
      .there = true, .client = client, .came_at = now_, .acts_at = now_ + 30'000, .ends = true};
  tell({.kind = Event::Kind::ClientCame, .client = client});
  tell({.kind = Event::Kind::ReplaceRequested, .client = client});
}

void World::offer() {
  note("the sessions are offered");
  for (const Client& client : clients_)
    if (client.there) fail("one who is served is left to another program");
  for (const auto& kept : all_)
    if (kept->slot && keeper_->ends(*kept->slot)) fail("a session is offered that is about to end");
  if (!change(our_turn_.offer())) fail("sessions are offered that another keeps");
  successor_.offered = true;
  successor_.turn = Turn::after(shared_turn_);
  successor_.acts_at = now_ + random_.below(random_.one_in(4) ? 60'000 : 200);
  successor_.ends = random_.one_in(3);
}

void World::take_offer_back() {
  const bool taken = !change(our_turn_.take_back());
  successor_.offered = false;
  keeper_since_ = now_;  // nothing could be done until now
  tell({.kind = Event::Kind::OfferOver, .taken = taken});
  if (!taken) tell_of_the_end_again();
}

// It knows nothing of the one that it replaces but what it was offered.
void World::successor_turn() {
  if (successor_.acts_at > now_) return;
  successor_.acts_at = kNever;
  successor_.there = false;
  const bool takes = !successor_.ends && change(successor_.turn.take());
  note(takes ? "the other program takes the sessions" : "the other program ends");
  tell({.kind = Event::Kind::ClientLeft, .client = successor_.client});
  if (!alive() && takes) hand_over();  // whatever the old one's guard waits for
}

// The old program is gone, and its guard with it.
void World::hand_over() {
  if (restarts_.on_gone(Restarts::Gone::Declared, now_).again) fail("the guard does not let go");
  over_.reset();
  keeper_.reset();
  for (const auto& kept : all_) {
    if (kept->session) fail("a secret outlives its session");
    kept->due = kNever;
  }
  for (SentErrand& errand : errands_) errand.asker_is_gone = true;
  our_turn_ = successor_.turn;
  restarts_ = {};
  starts_fail_ = 0;
  announced_ = {};
  clients_ = {};
  open_the_fifos_anew(successor_.came_at);
  start_at_ = kNever;
  start_keeper();
}

// Of what was said before a program had opened the FIFOs it knows only that they are not held.
void World::open_the_fifos_anew(Millis when) {
  for (Millis& at : let_go_at_)
    if (at < when) at = kNever;
  if (end_.way != MachineEnd::Stay && end_.at < when) end_ = {};
}

}  // namespace isboot::keep::simulation
