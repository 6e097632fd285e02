#include "tests/keep/world.h"

#include <algorithm>
#include <utility>

#include "core/keep/session_events.h"

namespace isboot::keep::simulation {
namespace {

constexpr Millis kEndLimit = 30'000;
constexpr std::size_t kRemembered = 40;
// The longest wait of the protocol that is honoured (60 s), of a refusal (30 s), a silent connect
// and login, and some tries.
constexpr Millis kBackWithin = 180'000;

}  // namespace

std::uint64_t Random::next() {  // splitmix64
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

Kept::Kept(SessionId number) : id{number} {
  (void)login.initiator_name.assign("iqn.2026-11.org.example:host");
  (void)login.target_name.assign("iqn.2026-11.org.example:disk");
}

World::World(std::uint64_t seed) : random_{seed}, entropy_{static_cast<std::uint8_t>(seed)} {
  const std::uint64_t sessions = 1 + random_.below(3);
  nics_are_apart_ = sessions > 1 && random_.one_in(2);
  for (std::uint64_t i = 0; i < sessions; ++i) {
    all_.push_back(std::make_unique<Kept>(SessionId{next_id_++}));
    const bool is_first = i == 0 || (nics_are_apart_ && (i == 1 || random_.one_in(2)));
    give_nic(*all_.back(), is_first ? add_nic() : all_.front()->nic);
  }
  fault_at_ = now_ + random_.below(600'000);
  let_go_at_.fill(kNever);
  multipath_ = random_.one_in(2);
  start_keeper();
}

void World::live(Millis span) {
  const Millis end = now_ + span;
  while (!over_ && now_ < end) step();
}

Millis World::next_time() const {
  Millis next = std::min(
      {fault_at_, start_at_, successor_.acts_at, home_back_at_, moved_back_at_, mood_over_at_});
  if (!notices_.empty() && !rests()) next = std::min(next, notices_.begin()->first);
  for (const auto& kept : all_) {
    next = std::min(next, kept->nic->whole_at);
    if (!rests()) next = std::min(next, kept->due);
    if (kept->exists && !kept->unbound) next = std::min(next, kept->unbound_at);
  }
  if (multipath_ && alive() && !rests()) next = std::min(next, paths_.care_at());
  for (const SentErrand& errand : errands_)
    if (!rests()) next = std::min(next, errand.over_at);
  if (alive()) next = std::min(next, keeper_->deadline());
  return std::max(next, now_);
}

void World::step() {
  ++steps_;
  const Millis next = next_time();
  turns_ = next == now_ ? turns_ + 1 : 0;
  if (turns_ > 1'000) fail("the loop turns without a pause");
  now_ = next;
  if (now_ >= start_at_) start_keeper();
  successor_turn();
  kernel_turn();
  errands_turn();
  for (std::size_t i = 0; i < all_.size() && alive() && !rests() && !over_; ++i) {
    Kept& kept = *all_[i];
    if (!kept.session || kept.due > now_) continue;
    kept.due = kNever;
    if (kept.step.kind == boot::SessionStep::Kind::Connect) {
      kept.unreachable = !at(kept.step.portal).up || !is_reachable(kept, kept.step.portal);
      drive(kept, kept.unreachable ? boot::SessionEvent::failed({Errc::TimedOut, 0, "no answer"})
                                   : boot::SessionEvent::connected());
    } else {
      drive(kept, event_of_time(kept.session->state()));
    }
  }
  if (alive() && !over_ && keeper_->deadline() <= now_) tell({.kind = Event::Kind::Time});
  care_for_paths();
  if (!over_ && now_ >= fault_at_) fault();
  if (over_ && !our_turn_.is_ours(shared_turn_)) hand_over();
  if (over_)
    on_over(*over_);
  else
    check();
}

// The guard's, or the first one.
void World::start_keeper() {
  start_at_ = kNever;
  const Millis started = now_;
  if (starts_fail_ > 0) {
    --starts_fail_;
    const auto choice = restarts_.on_gone(Restarts::Gone::Failed, started);
    if (!choice.again) fail("the guard lets go although nobody said that the work is over");
    if (choice.at > now_ + 10'000) fail("the guard waits for too long");
    start_at_ = choice.at;
    return;
  }
  if (change(our_turn_.take_back())) note("the guard takes the offer back");
  if (!our_turn_.is_ours(shared_turn_)) return hand_over();
  note("a keeper starts");
  started_ = false;
  keeper_.emplace(announced_);
  keeper_->set_end_limit(kEndLimit);
  keeper_since_ = now_;
  paths_ = {};
  // One that begins does not know what was lost and is back.
  for (const auto& kept : all_) unseen_ = unseen_ && !kept->kernel_carries;
  if (std::exchange(by_hand_, false)) {
    open_the_fifos_anew(now_);
    for (const auto& kept : all_)
      if (!kept->written) kept->exists = false;  // nobody knows of it any more
  }
  for (const auto& kept : all_)
    if (kept->exists) begin(*kept);
  started_ = true;
  save();
  tell_of_the_end_again();
  tell({.kind = Event::Kind::Time});
  care_for_paths();
}

void World::take_place(Kept& kept, std::size_t slot) {
  if (in_slot(slot) != nullptr) fail("two sessions are in one place");
  kept.slot = slot;
  kept.since = now_;
  kept.session = std::make_unique<boot::Session>(home_portal_, kept.login,
                                                 boot::SessionLimits{.give_up = boot::kNeverGiveUp},
                                                 hash_, entropy_);
  kept.id_known = kept.disk_known && kept.has_disk;  // one that is gone cannot be asked
  paths_[*kept.slot].begin(kept.id_known);
  kept.unreachable = false;
  kept.told_carried = true;
}

void World::begin(Kept& kept) {
  if (!kept.slot) take_place(kept, *keeper_->free_slot());
  drive(kept, boot::SessionEvent::adopt(2));
  tell({.kind = Event::Kind::Began, .slot = *kept.slot, .session = kept.id, .carried = true});
  if (!kept.kernel_carries) tell({.kind = Event::Kind::ConnectionLost, .session = kept.id});
}

// The FIFOs are what they were: whoever begins to look, or looks again, sees them.
void World::tell_of_the_end_again() {
  announced_.on_found_let_go(cancelled_);
  for (std::size_t way = 1; way < cancelled_.size(); ++way)
    if (cancelled_[way] && let_go_at_[way] == kNever) let_go_at_[way] = 0;
  Event seen{.kind = Event::Kind::Announced};
  const auto way = static_cast<std::size_t>(end_.way);
  seen.ways[way] = end_.way != MachineEnd::Stay && !end_.held_again && !cancelled_[way];
  for (std::size_t each = 1; each < seen.ways.size() && end_.all_let_go(); ++each)
    seen.ways[each] = !cancelled_[each];
  if (!end_.seen) first_at_ = end_.at = now_;
  end_.seen = true;
  tell(seen);
}

// The driver does it in each turn of its loop.
void World::look_at_the_fifos() {
  if (!started_ || rests()) return;
  for (std::size_t way = 1; way < AnnouncedEnd::Ways{}.size(); ++way) {
    const auto end = static_cast<MachineEnd>(way);
    const bool held =
        !end_.all_let_go() && !cancelled_[way] && (end_.way != end || end_.held_again);
    if (held && alive()) let_go_at_[way] = kNever;
    if (announced_.was_told(end) && held && alive() && !over_)
      carry_out_all(keeper_->on_event({.kind = Event::Kind::TakenBack, .then = end}, now_));
  }
}

void World::tell(const Event& event) {
  look_at_the_fifos();
  if (!alive() || over_) return;
  carry_out_all(keeper_->on_event(event, now_));
}

void World::carry_out_all(const Actions& actions) {
  if (actions.full()) fail("there is no room for what is to be done");
  for (const Action& action : actions) carry_out(action);
}

Kept* World::in_slot(std::size_t slot) {
  for (const auto& kept : all_)
    if (kept->slot == slot) return kept.get();
  return nullptr;
}

void World::carry_out(const Action& action) {
  switch (action.kind) {
    case Action::Kind::AskTheInit:
      return init_is_asked();
    case Action::Kind::AskTheEnd:
      look_at_the_fifos();
      return tell({.kind = Event::Kind::EndAsked});
    case Action::Kind::Answer: {
      Client& client = clients_[action.client];
      if (client.asks_again) {
        if (std::exchange(client.refused, true) || action.done)
          fail("one request too many is done");
        return;
      }
      if (client.there && client.answer_by == kNever) fail("a request is answered twice");
      if (!client.there && !(successor_.there && successor_.client == action.client))
        fail("an answer for nobody");
      client.answer_by = kNever;
      client.done = action.done;
      note("an answer for client " + std::to_string(action.client));
      if (successor_.there && successor_.client == action.client) successor_.acts_at = now_;
      return;
    }
    case Action::Kind::Offer:
      return offer();
    case Action::Kind::TakeBack:
      return take_offer_back();
    case Action::Kind::Over:
      over_ = action.then;  // what is still to be done before comes first: an event in an event
      return;
    case Action::Kind::Say:
      if (Kept* kept = action.slot < kMaxKept ? in_slot(action.slot) : nullptr;
          kept != nullptr && kept->unbound && kept->ends_by != kNever &&
          std::string{action.text}.find("is lost") != std::string::npos)
        fail("what was written is said to be lost");
      return;
    case Action::Kind::Read:
      return read_brought();
    case Action::Kind::Begin:
      return begin_brought(action.slot);
    case Action::Kind::Save:
      return save();
    case Action::Kind::SayTheEnd:
      return;
    default:
      break;
  }
  if (Kept* kept = in_slot(action.slot)) carry_out(action, *kept);
}

void World::carry_out(const Action& action, Kept& kept) {
  switch (action.kind) {
    case Action::Kind::Lose:
    case Action::Kind::LogOut:
    case Action::Kind::LoggedOut:
      if (const auto event = event_of(action, kept.session->state())) drive(kept, *event);
      return;
    case Action::Kind::Unbind:
      if (!kept.exists || random_.one_in(20))
        return tell({.kind = Event::Kind::Refused, .slot = action.slot});
      kept.unbinding = true;
      if (kept.unbound) {  // by a keeper that was killed meanwhile: the kernel says so again
        kept.unbound_at = now_;
        return notify({.kind = Event::Kind::Unbound, .session = kept.id});
      }
      if (kept.kernel_carries) kept.unbound_at = now_ + random_.below(2'000);
      return;
    case Action::Kind::SayGoodbye:
      if (!kept.exists || random_.one_in(20))
        return tell({.kind = Event::Kind::Refused, .slot = action.slot});
      if (!random_.one_in(5))
        notify({.kind = Event::Kind::TargetSaid,
                .session = kept.id,
                .said = {TargetNotice::Kind::LoggedOut, "", 0}});
      return;
    case Action::Kind::Destroy:
      return on_destroy(kept);
    case Action::Kind::Leave:
      return on_leave(kept);
    case Action::Kind::Forget:
      paths_[action.slot].end();
      kept.session.reset();
      kept.slot.reset();
      kept.due = kNever;
      return;
    case Action::Kind::Look:
      return tell({.kind = Event::Kind::Sight,
                   .slot = action.slot,
                   .carried = kept.kernel_carries || now_ < kept.sysfs_knows_at,
                   .bound = !kept.unbound,
                   .gone = !kept.exists});
    default:
      return;
  }
}

void World::on_destroy(Kept& kept) {
  if (!kept.exists) return;  // the keeper could not know it yet
  note("session " + std::to_string(kept.id.value) + " is destroyed");
  const bool asked = kept.ends_by != kNever && (kept.unbound || now_ >= kept.ends_by);
  const bool end_stands =
      end_.way != MachineEnd::Stay && !end_.held_again && now_ - end_.at < AnnouncedEnd::kStandsFor;
  const bool given_up = end_stands && kept.session->state() != boot::SessionState::HandedOver &&
                        now_ >= std::max(end_.at, kept.lost_since) + kEndLimit;
  if (!asked && !given_up) fail("a session is destroyed, and nobody who may has asked for it");
  if (!asked) end_.given_up_at = now_;
  kept.exists = false;
  kept.kernel_carries = false;
}

void World::on_leave(Kept& kept) {
  note("session " + std::to_string(kept.id.value) + " is left as it is");
  if (asked_then_ == MachineEnd::Stay || kept.ends_by == kNever)
    fail("a session is left, and the machine goes on");
  kept.exists = false;
  kept.kernel_carries = false;
}

void World::on_over(MachineEnd then) {
  note("the keeper says that its work is over");
  if (restarts_.on_gone(Restarts::Gone::Declared, now_).again) fail("the guard does not let go");
  // Sessions may end with the machine where its init can end no other way any more.
  const bool with_machine = then != MachineEnd::Stay && end_.all_let_go();
  for (const auto& kept : all_) {
    if (kept->exists && !released_ && !with_machine)
      fail("the keeper ends, and a session is left to nobody");
    kept->exists = kept->exists && !with_machine;
  }
  if (asked_then_ != MachineEnd::Stay && then != asked_then_)
    fail("the machine does not end as a client has asked for");
  const bool end_stands =
      end_.way == then && !end_.held_again && now_ - end_.at < AnnouncedEnd::kStandsFor;
  if (then != MachineEnd::Stay && then != asked_then_ && !end_stands)
    fail("the machine ends, and no end stands that was asked for");
}

// The longest that the keeper leaves it to the init's last program, and a bit.
constexpr Millis kEndedWithin = 60'000;

void World::check_end() {
  if (!end_.all_let_go() || end_.given_up_at == kNever || !alive() || rests()) return;
  const Millis due = std::max({end_.all_let_go_at, end_.given_up_at, keeper_since_}) + kEndedWithin;
  if (due < now_ && due < end_.at + AnnouncedEnd::kStandsFor)
    fail("root's session was given up, its init stands still, and nobody ends the machine");
}

void World::check() {
  check_end();
  if (alive() && !our_turn_.is_ours(shared_turn_)) fail("two programs keep the sessions");
  for (const auto& kept : all_) {
    if (!alive()) break;
    if (kept->slot.has_value() != (kept->session != nullptr)) fail("a secret outlives its session");
    if (!kept->session) {
      if (kept->exists && !released_) fail("the keeper ends, and a session is left to nobody");
      continue;
    }
    if (!kept->exists) {
      // Nothing is done for it while all are offered to another program.
      if (!rests() && now_ > std::max(kept->gone_at, keeper_since_) + 15'000)
        fail("a session is kept that somebody else has ended");
      continue;
    }
    const auto state = kept->session->state();
    if (state == boot::SessionState::Gone) fail("a session that is kept gives up");
    const bool carried = state == boot::SessionState::HandedOver;
    if (!carried && (kept->due == kNever || kept->due > now_ + 70'000))
      fail("a lost session has no next try");
    // With the machine, a target that is away has all of the limit to come back for its logout.
    const bool alone = asked_then_ == MachineEnd::Stay;
    if (kept->unbound && kept->ends_by != kNever && alone &&
        now_ > std::max({kept->unbound_at, kept->asked_at, keeper_since_}) + 15'000)
      fail("the end of a session takes too long");
    if (kept->ends_by != kNever && now_ > std::max(kept->ends_by, keeper_since_) + 15'000)
      fail("the end of a session takes longer than its limit");
    const Millis since = std::max({home_.honest_since, keeper_since_, kept->lost_since,
                                   kept->sysfs_knows_at, kept->nic->whole_since});
    const bool is_whole = kept->nic->carrier && links_.of_hardware(kept->nic->hardware) != nullptr;
    if (!kept->kernel_carries && is_whole && home_.up && home_.mood == Target::Mood::Honest &&
        now_ > since + kBackWithin && !kept->unbound)
      fail("the target is there, and session " + std::to_string(kept->id.value) +
           " is not brought back; " + links_.text());
  }
  check_saved();
  check_paths();
  check_links();
  for (const Client& client : clients_)
    if (alive() && client.there && now_ > client.answer_by) fail("a request is not answered");
}

void World::fail(const std::string& what) { throw Violation{what}; }

void World::note(const std::string& what) {
  last_.push_back(std::to_string(now_ / 1000) + " s: " + what);
  if (last_.size() > kRemembered) last_.pop_front();
}

}  // namespace isboot::keep::simulation
