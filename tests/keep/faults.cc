// What happens to the machine, by chance.
#include <algorithm>
#include <utility>

#include "tests/keep/world.h"

namespace isboot::keep::simulation {

void World::fault() {
  fault_at_ = now_ + 1 + random_.below(random_.one_in(4) ? 3'000 : 900'000);
  Kept& kept = *all_[random_.below(all_.size())];
  switch (random_.below(14)) {
    case 0:
      note("the connection is reset");
      return lose(kept);
    case 1:
    case 2:
      note("the target goes");
      home_.up = false;
      home_back_at_ = now_ + random_.below(random_.one_in(3) ? 600'000 : 30'000);
      for (const auto& each : all_) lose(*each);
      return;
    case 3: {
      constexpr Target::Mood kMoods[] = {Target::Mood::Busy, Target::Mood::Refuses,
                                         Target::Mood::MovesForGood};
      home_.mood = kMoods[random_.below(3)];
      mood_over_at_ = now_ + random_.below(600'000);
      moved_.up = random_.one_in(2);
      note(moved_.up ? "the target is not itself, another portal lives"
                     : "the target is not itself, no other portal lives");
      return lose(kept);
    }
    case 4:
      moved_.up = false;
      moved_back_at_ = now_ + random_.below(3'600'000);
      return lose(kept);
    case 5: {
      note("the target says something");
      constexpr TargetNotice::Kind kKinds[] = {
          TargetNotice::Kind::LogOut, TargetNotice::Kind::Goodbye, TargetNotice::Kind::LoggedOut,
          TargetNotice::Kind::Rejected};
      const TargetNotice said{
          kKinds[random_.below(4)], "said",
          static_cast<std::uint16_t>(random_.below(random_.one_in(3) ? 65536 : 8))};
      if (kept.exists && kept.kernel_carries)
        notify({.kind = Event::Kind::TargetSaid, .session = kept.id, .said = said});
      return;
    }
    case 6:
      drop_ = 1 + static_cast<unsigned>(random_.below(4));
      return;
    case 7:
      return random_.one_in(10) ? kill_guard_too() : kill_keeper();
    case 8:
      return init_acts();
    case 9:
      note("the machine sleeps");
      now_ += random_.below(36'000'000);
      home_.honest_since = moved_.honest_since = now_;  // nobody could do anything meanwhile
      keeper_since_ = now_;
      for (Client& client : clients_)
        if (client.answer_by != kNever)  // it may have been a short sleep
          client.answer_by = std::max(client.answer_by, now_ + 20'000);
      return;
    case 10:
      return nic_fault(kept);
    case 11:
      if (random_.one_in(3)) {
        note("there is no room to write sessions down");
        full_until_ = now_ + random_.below(random_.one_in(3) ? 3'600'000 : 60'000);
        return;
      }
      if (random_.one_in(30)) somebody_ends(kept);
      return;
    default:
      if (random_.one_in(6)) return client_asks();
      if (random_.one_in(12)) return clients_bring_sessions();
      if (random_.one_in(6)) another_program_comes();
      return;
  }
}

// Another daemon tells the kernel to. Its number may be another session's at once.
void World::somebody_ends(Kept& kept) {
  if (!kept.exists || !alive()) return;
  note("somebody else ends session " + std::to_string(kept.id.value));
  kept.exists = kept.kernel_carries = false;
  kept.gone_at = now_;
  notify({.kind = Event::Kind::SomeGone});
}

// And the next ones cannot start for a while.
void World::kill_keeper() {
  if (!alive()) return;
  note("the keeper is killed");
  keeper_.reset();
  for (const auto& kept : all_) {
    kept->session.reset();
    kept->slot.reset();
    kept->due = kNever;
    kept->ends_by = kNever;
  }
  for (SentErrand& errand : errands_) errand.asker_is_gone = true;  // they go on
  clients_ = {};  // they see it, and ask again if they like
  if (!std::exchange(successor_.offered, false)) successor_ = {};
  asked_then_ = MachineEnd::Stay;
  const auto choice = restarts_.on_gone(Restarts::Gone::Killed, keeper_since_);
  if (!choice.again) fail("the guard lets go of a keeper that was killed");
  start_at_ = std::max(now_, choice.at);
  starts_fail_ = random_.one_in(3) ? static_cast<unsigned>(random_.below(20)) : 0;
}

// Then somebody starts one by hand, who knows what is written down.
void World::kill_guard_too() {
  if (!alive() || successor_.there) return;
  kill_keeper();
  note("and its guard with it");
  restarts_ = {};
  starts_fail_ = 0;
  announced_ = {};
  by_hand_ = true;
  start_at_ = now_ + random_.below(3'600'000);
}

// Before it has its answer.
void World::asks_again(std::size_t number) {
  if (over_) return;
  note("client " + std::to_string(number) + " asks for something else meanwhile");
  clients_[number].refused = false;
  clients_[number].asks_again = true;
  constexpr Event::Kind kKinds[] = {Event::Kind::EndRequested, Event::Kind::ReleaseRequested,
                                    Event::Kind::KeepRequested};
  const auto kind = kKinds[random_.below(3)];
  tell({.kind = kind, .client = number, .session = kAllSessions, .limit = 1'000});
  clients_[number].asks_again = false;
  if (!clients_[number].refused) fail("a second request is not answered");
}

void World::client_asks() {
  if (!alive() || rests()) return;  // it waits in the socket
  const std::size_t number = random_.below(kMaxClients);
  if (successor_.there && successor_.client == number) return;
  Client& client = clients_[number];
  if (client.there && random_.one_in(2)) {
    note("client " + std::to_string(number) + " leaves");
    client = {};
    return tell({.kind = Event::Kind::ClientLeft, .client = number});
  }
  if (client.answer_by != kNever) return asks_again(number);  // it waits
  if (!client.there) {
    client.there = true;
    tell({.kind = Event::Kind::ClientCame, .client = number});
  }
  if (random_.one_in(40)) {
    note("a client takes all sessions for another daemon");
    released_ = true;
    client.answer_by = now_ + 1'000;
    return tell({.kind = Event::Kind::ReleaseRequested, .client = number});
  }
  const Kept& wanted = *all_[random_.below(all_.size())];
  const bool everything = random_.one_in(4);
  const Millis limit = 1'000 * (1 + random_.below(60));
  const MachineEnd then = everything && random_.one_in(2) ? MachineEnd::PowerOff : MachineEnd::Stay;
  bool any = false;
  for (const auto& kept : all_) {
    if (!kept->session || (!everything && kept->id != wanted.id)) continue;
    any = true;
    if (keeper_->ends(*kept->slot)) continue;
    kept->asked_at = now_;
    kept->ends_by = now_ + limit;
  }
  note("client " + std::to_string(number) + " wants " +
       (everything ? std::string{"all sessions"} : "session " + std::to_string(wanted.id.value)) +
       " to end" + (then == MachineEnd::Stay ? "" : ", and the machine"));
  client.answer_by = now_ + 75'000;
  if (any && then != MachineEnd::Stay) asked_then_ = then;
  tell({.kind = Event::Kind::EndRequested,
        .client = number,
        .session = everything ? kAllSessions : wanted.id,
        .limit = limit,
        .then = then});
  // What was begun for somebody goes on, whoever comes and goes meanwhile.
  if (!alive() || over_) return;
  if (random_.one_in(3)) {
    note("client " + std::to_string(number) + " does not wait for it");
    client = {};
    tell({.kind = Event::Kind::ClientLeft, .client = number});
  }
  if (random_.one_in(3)) clients_bring_sessions();
  if (random_.one_in(3)) another_program_comes();
}

// The init announces an end, or takes it back: so that the keeper can see it, or without a word.
void World::init_acts() {
  if (end_.all_let_go()) return;  // it is gone
  // What it has answered a moment ago holds: that it changes its mind meanwhile cannot be known.
  if (asked_at_ != 0 && now_ - asked_at_ <= Keeper::kAnswersWithin) return;
  if (end_.way == MachineEnd::Stay) return init_begins();
  if (random_.one_in(4) && can_be_known_at_last()) return init_lets_go_of_all();
  init_cancels();
}

void World::init_begins() {
  note("the init begins to end the machine");
  const std::size_t way = 1 + random_.below(4);
  end_ = {.way = static_cast<MachineEnd>(way), .at = now_, .seen = alive() && !rests()};
  if (cancelled_[way]) {  // it cannot let go of it
    end_.seen = announced_.standing(now_) == end_.way;
    if (end_.seen) end_.at = first_at_;  // of the one that was cancelled, as far as can be known
    return;
  }
  // One that was taken back and comes again between two turns of the keeper's loop is one to it.
  if (announced_.was_told(end_.way)) end_.at = first_at_;
  first_at_ = end_.at;
  if (let_go_at_[way] == kNever) let_go_at_[way] = now_;
  Event event{.kind = Event::Kind::Announced};
  event.ways[way] = true;
  tell(event);
}

void World::init_cancels() {
  const auto way = static_cast<std::size_t>(end_.way);
  const bool too_old = now_ - end_.at >= AnnouncedEnd::kStandsFor;
  if (!too_old && !end_.held_again && random_.one_in(2)) {
    note("the init takes the end back");
    end_.held_again = true;
    cancelled_[way] = false;
  } else if (end_.held_again) {
    end_ = {};
  } else {
    // Else it holds that way again.
    cancelled_[way] = !too_old || random_.one_in(2);
    note(cancelled_[way] ? "the end was cancelled without a word" : "the end was cancelled");
    end_ = {};
  }
}

// It holds each way again that it does not take. It is gone, and says nothing, at its very end.
void World::init_is_asked() {
  if (end_.all_let_go()) return;
  note("the init is asked whether its end stands");
  asked_at_ = now_;
  for (std::size_t way = 1; way < cancelled_.size(); ++way)
    if (static_cast<MachineEnd>(way) != end_.way) cancelled_[way] = false;
}

// A keeper that does not know which end it was, to which another one was the last that it heard of,
// or that sees one way alone let go, cannot know it afterwards.
bool World::can_be_known_at_last() const {
  if (end_.held_again || !announced_.was_told(end_.way) || !started_ || !alive() || rests())
    return false;
  const auto ours = static_cast<std::size_t>(end_.way);
  std::size_t held = 0;
  for (std::size_t way = 1; way < let_go_at_.size(); ++way) {
    const Millis at = let_go_at_[way];
    held += at == kNever ? 1 : 0;
    if (at != kNever && way != ours && at >= let_go_at_[ours]) return false;
    if (at != kNever && now_ - at < AnnouncedEnd::kStandsAlone) return false;
  }
  return let_go_at_[ours] != kNever && held > 1;
}

// What it executes at last has none of its descriptors; the kernel closes one after the other.
void World::init_lets_go_of_all() {
  note("the init lets go of all ways");
  end_.all_let_go_at = now_;
  end_.seen = true;
  for (std::size_t way = 1; way < AnnouncedEnd::Ways{}.size(); ++way) {
    if (cancelled_[way] || static_cast<MachineEnd>(way) == end_.way) continue;
    Event event{.kind = Event::Kind::Announced};
    event.ways[way] = true;
    now_ += random_.below(100);
    if (announced_.standing(now_) != end_.way) {  // too old, perhaps just now
      end_.at = now_;
      end_.given_up_at = kNever;
    }
    tell(event);
  }
}

}  // namespace isboot::keep::simulation
