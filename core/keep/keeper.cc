#include "core/keep/keeper.h"

#include "core/boot/session.h"

namespace isboot::keep {
namespace {

// For systemd to end by itself, once its disk fails at once and blocks nobody any more.
constexpr Millis kLeftToTheInit = 10'000;
// For its last program, which takes other disks away that are there still. Where root's session was
// given up that program cannot be run, and systemd stands still.
constexpr Millis kLeftToTheLastProgram = 45'000;

// The kernel blocks a session a moment after it has said that the connection is dead: a look
// that comes at once after a dropped notice may come too early.
constexpr Millis kLookForLossAgain = 5'000;

constexpr Millis kSaidAgain = 60'000;
// Only who starts a keeper by hand goes by the file, after keeper and guard were killed.
constexpr Millis kSaveAgain = 60'000;

}  // namespace

Actions Keeper::on_event(const Event& event, Millis now) {
  actions_ = {};
  if (over_) return actions_;
  const bool too_old = announced_.too_old_at() <= now;
  announced_.on_time(now);
  if (succession_.offered()) {
    on_event_while_offered(event, now);
    return actions_;
  }
  dispatch(event, now);
  if (event.kind == Event::Kind::Saved || event.kind == Event::Kind::NotSaved) return actions_;
  // It was cancelled without a word: what the init does not hold would be no notice the next time.
  if (too_old) ask_the_init(now);
  look_whether_it_is_over();
  if (event.kind == Event::Kind::Time) look_whether_to_offer(now);
  return actions_;
}

void Keeper::dispatch(const Event& event, Millis now) {
  using Kind = Event::Kind;
  Slot& slot = slots_[event.slot];
  switch (event.kind) {
    case Kind::Began:
      slot = {.used = true, .carried = event.carried, .session = event.session, .since = now};
      add(Action::Kind::Save);
      if (handover_ && handover_->slot == event.slot) end_handover(true, "");
      return;
    case Kind::Brought:
      return on_brought(event.session);
    case Kind::NotKept:
      return on_not_kept(event.error.text);
    case Kind::Saved:
    case Kind::NotSaved:
      return on_saved(event, now);
    case Kind::Carried:
    case Kind::Lost:
      if (slot.used && slot.carried != (event.kind == Kind::Carried)) slot.since = now;
      slot.carried = event.kind == Kind::Carried;
      if (slot.carried) end_step(event.slot, SessionEnd::Event::Carried, now);
      return;
    case Kind::ConnectionLost:
    case Kind::Unbound:
    case Kind::TargetSaid:
      return on_notice(event, now);
    case Kind::SomeGone:
      return look_at_all();
    case Kind::NoticesDropped:
      look_again_at_ = now + kLookForLossAgain;
      return look_at_all();
    case Kind::Sight:
      return on_sight(event, now);
    case Kind::Refused:
      return end_step(event.slot, SessionEnd::Event::Refused, now);
    case Kind::ClientCame:
      clients_[event.client] = {.there = true};
      return;
    case Kind::ClientLeft:
      return on_client_left(event.client);
    case Kind::EndRequested:
    case Kind::ReleaseRequested:
    case Kind::ReplaceRequested:
    case Kind::KeepRequested:
      return on_request(event, now);
    case Kind::OfferOver:
      return;
    case Kind::Announced:
      return on_announced(event, now);
    case Kind::TakenBack:
      if (!announced_.on_taken_back(event.then, now)) return;
      return say(LogLevel::Info, "the machine does not end after all", Action::kNone,
                 Happening::MachineGoesOn);
    case Kind::EndAsked:
      return on_end_asked(now);
    case Kind::Time:
      return on_time(now);
  }
}

void Keeper::on_notice(const Event& event, Millis now) {
  const auto found = slot_of(event.session);
  if (!found) return;
  const std::size_t slot = *found;
  SessionEnd& end = slots_[slot].end;
  if (event.kind == Event::Kind::Unbound) return end_step(slot, SessionEnd::Event::Unbound, now);
  // Nothing is brought back that has said goodbye.
  if (end.has_said_goodbye()) {
    const bool answered = event.kind == Event::Kind::ConnectionLost ||
                          event.said.kind == TargetNotice::Kind::LoggedOut;
    if (answered) end_step(slot, SessionEnd::Event::SaidGoodbye, now);
    return;
  }
  if (event.kind == Event::Kind::TargetSaid) return on_target_said(slot, event.said, now);
  add(Action::Kind::Lose, slot).error = event.error;
}

void Keeper::on_target_said(std::size_t slot, const TargetNotice& said, Millis now) {
  const Error words{Errc::Closed, 0, said.words};
  switch (said.kind) {
    case TargetNotice::Kind::Nothing:
      return;
    case TargetNotice::Kind::LogOut:
      add(Action::Kind::LogOut, slot).error = words;
      return;
    case TargetNotice::Kind::Goodbye: {
      if (said.time2wait > boot::Session::kMostTime2Wait)
        say(LogLevel::Warning, "the target wants no login for longer than 60 s; tried then", slot);
      Action& lose = add(Action::Kind::Lose, slot);
      lose.error = words;
      lose.time2wait = said.time2wait;
      return;
    }
    case TargetNotice::Kind::LoggedOut:
      add(Action::Kind::LoggedOut, slot).time2wait = said.time2wait;
      return;
    case TargetNotice::Kind::Rejected:
      if (now < slots_[slot].quiet_until) return;
      slots_[slot].quiet_until = now + kSaidAgain;
      return say(LogLevel::Warning, said.words, slot);
  }
}

void Keeper::look_at_all() {
  for (std::size_t slot = 0; slot < kMaxKept; ++slot)
    if (slots_[slot].used) add(Action::Kind::Look, slot);
}

void Keeper::on_sight(const Event& event, Millis now) {
  Slot& slot = slots_[event.slot];
  if (!slot.used) return;
  // Its number may soon be that of a session which is not ours: nothing more is done by it.
  if (event.gone) {
    say(LogLevel::Warning, "was ended by somebody else, and is kept no longer", event.slot,
        Happening::Over);
    return forget(event.slot);
  }
  const auto state = slot.end.state();
  if (state == SessionEnd::State::LoggingOut) {
    if (!event.carried) end_step(event.slot, SessionEnd::Event::SaidGoodbye, now);
    return;
  }
  if (slot.carried && !event.carried)
    add(Action::Kind::Lose, event.slot).error = {Errc::Closed, 0, "the connection was lost"};
  const auto sight = event.bound ? SessionEnd::Event::StillBound : SessionEnd::Event::Unbound;
  carry_out(event.slot, slot.end.on_event(sight, slot.carried && event.carried, now));
}

void Keeper::on_time(Millis now) {
  for (std::size_t slot = 0; slot < kMaxKept; ++slot) end_step(slot, SessionEnd::Event::Time, now);
  // Nothing is torn down, and no machine ended, before that is known.
  if (asked_until_ <= now)
    add(Action::Kind::AskTheEnd);
  else if (end_due() <= now)
    ask_the_init(now);
  if (save_again_at_ <= now) {
    save_again_at_ = now + kSaveAgain;
    add(Action::Kind::Save);
  }
  if (look_again_at_ > now) return;
  look_again_at_ = kNever;
  look_at_all();
}

void Keeper::on_announced(const Event& event, Millis now) {
  if (!announced_.on_announced(event.ways, now)) return;
  add(Action::Kind::SayTheEnd).happening = Happening::MachineEnds;
}

void Keeper::ask_the_init(Millis now) {
  if (asked_until_ != kNever) return;
  asked_until_ = now + kAnswersWithin;
  add(Action::Kind::AskTheInit);
}

// After whatever was taken back.
void Keeper::on_end_asked(Millis now) {
  asked_until_ = kNever;
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    if (given_up_at(slots_[i]) > now) continue;
    carry_out(i, SessionEnd::Do::Fail);
    announced_.on_given_up(now);
  }
  if (end_by_us() > now) return;
  const MachineEnd then = then_ != MachineEnd::Stay ? then_ : announced_.standing(now);
  if (kept() != 0 && then == MachineEnd::Stay) return;
  over_ = true;
  add(Action::Kind::Over).then = then;
}

void Keeper::end_step(std::size_t slot, SessionEnd::Event event, Millis now) {
  carry_out(slot, slots_[slot].end.on_event(event, slots_[slot].carried, now));
}

void Keeper::carry_out(std::size_t slot, SessionEnd::Do what) {
  switch (what) {
    case SessionEnd::Do::Nothing:
      return;
    case SessionEnd::Do::Unbind:
      add(Action::Kind::Unbind, slot);
      return;
    case SessionEnd::Do::Look:
      add(Action::Kind::Look, slot);
      return;
    case SessionEnd::Do::LogOut:
      add(Action::Kind::SayGoodbye, slot);
      return;
    case SessionEnd::Do::Fail:
      say(LogLevel::Error, "the target is away, and the time is up: what was not written is lost",
          slot, Happening::GivenUp);
      break;
    case SessionEnd::Do::Destroy:
    case SessionEnd::Do::Leave:
      break;
  }
  add(what == SessionEnd::Do::Leave ? Action::Kind::Leave : Action::Kind::Destroy, slot);
  say(LogLevel::Info, "is over", slot, Happening::Over);
  forget(slot);
}

void Keeper::forget(std::size_t slot) {
  slots_[slot] = {};
  add(Action::Kind::Forget, slot);
  add(Action::Kind::Save);
  ended_ = true;
  for (std::size_t client = 0; client < kMaxClients; ++client) {
    const bool waited = clients_[client].waits();
    clients_[client].waits_for[slot] = false;
    if (waited && !clients_[client].waits()) answer(client, true, "");
  }
}

// A keeper that keeps its sessions but cannot write them down is better than none.
void Keeper::on_saved(const Event& event, Millis now) {
  const bool known = save_again_at_ != kNever;
  save_again_at_ = event.kind == Event::Kind::Saved ? kNever : now + kSaveAgain;
  if (save_again_at_ != kNever && !known) say(LogLevel::Warning, event.error.text);
}

// Whoever is connected and waits for nothing may still bring a session.
void Keeper::look_whether_it_is_over() {
  if (over_ || handover_ || kept() != 0 || (then_ == MachineEnd::Stay && end_by_us() != kNever))
    return;
  bool somebody_may_bring_one = false;
  for (const Client& client : clients_)
    somebody_may_bring_one = somebody_may_bring_one || (client.there && !client.waits());
  if (!ended_ && somebody_may_bring_one) return;
  over_ = true;
  add(Action::Kind::Over).then = then_;
}

Millis Keeper::deadline() const {
  if (succession_.offered()) return succession_.deadline();
  if (may_be_offered()) return 0;
  const Millis end = earlier(announced_.too_old_at(), end_due());
  Millis first =
      earlier(earlier(look_again_at_, save_again_at_), asked_until_ != kNever ? asked_until_ : end);
  for (const Slot& slot : slots_) first = earlier(first, slot.end.deadline());
  return first;
}

// When a session is to be given up, or the machine to be ended by us, if its end stands.
Millis Keeper::end_due() const {
  Millis first = end_by_us();
  for (const Slot& slot : slots_) first = earlier(first, given_up_at(slot));
  return first;
}

// Never, as long as no session was given up; nor, as long as others live, before the init has ended
// all else.
Millis Keeper::end_by_us() const {
  const Millis given_up = announced_.session_given_up_at();
  if (given_up == kNever) return kNever;
  if (kept() == 0) return given_up + kLeftToTheInit;
  const Millis last_program = announced_.all_let_go_at();
  return last_program == kNever ? kNever : last_program + kLeftToTheLastProgram;
}

// Never, as long as the machine goes on or the target is there.
Millis Keeper::given_up_at(const Slot& slot) const {
  if (!slot.used || slot.carried || slot.end.under_way()) return kNever;
  return announced_.given_up_at(slot.since, end_limit_);
}

std::optional<std::size_t> Keeper::slot_of(SessionId session) const {
  for (std::size_t slot = 0; slot < kMaxKept; ++slot)
    if (slots_[slot].used && slots_[slot].session == session) return slot;
  return std::nullopt;
}

std::optional<std::size_t> Keeper::free_slot() const {
  for (std::size_t slot = 0; slot < kMaxKept; ++slot)
    if (!slots_[slot].used) return slot;
  return std::nullopt;
}

std::size_t Keeper::kept() const {
  std::size_t count = 0;
  for (const Slot& slot : slots_) count += slot.used ? 1 : 0;
  return count;
}

Action& Keeper::add(Action::Kind kind, std::size_t slot) {
  if (actions_.full()) return actions_.items.back();  // never: see the longest list in the test
  Action& added = actions_.items[actions_.count++];
  added = {.kind = kind, .slot = slot};
  return added;
}

void Keeper::say(LogLevel level, const char* text, std::size_t slot, Happening happening) {
  Action& said = add(Action::Kind::Say, slot);
  said.level = level;
  said.text = text;
  said.happening = happening;
}

}  // namespace isboot::keep
