// The simulated kernel, its sessions and the targets.
#include <algorithm>

#include "tests/keep/world.h"

namespace isboot::keep::simulation {

using boot::SessionEvent;
using boot::SessionStep;

void World::drive(Kept& kept, SessionEvent event) {
  std::optional<SessionEvent> next = event;
  while (next) {
    kept.due = kNever;
    kept.step = kept.session->on_event(*next, now_);
    const SessionStep step = kept.step;
    next = carry_out(kept, step);
  }
  const bool carried = kept.session->state() == boot::SessionState::HandedOver;
  if (carried == kept.told_carried) return;
  kept.told_carried = carried;
  kept.lost_since = now_;
  note("session " + std::to_string(kept.id.value) + (carried ? " is back" : " is lost"));
  tell({.kind = carried ? Event::Kind::Carried : Event::Kind::Lost, .slot = *kept.slot});
}

std::optional<SessionEvent> World::carry_out(Kept& kept, const SessionStep& step) {
  const Error failure{Errc::Closed, 0, "the kernel refuses"};
  switch (step.kind) {
    case SessionStep::Kind::Connect:
      // Silence takes all of the time, an answer a moment.
      if (!mend(kept)) return SessionEvent::failed(failure);
      if (way_of(kept, step.portal) == nullptr) {
        kept.unreachable = true;
        return SessionEvent::failed({Errc::TimedOut, 0, "network is unreachable"});
      }
      kept.due = at(step.portal).up && is_reachable(kept, step.portal)
                     ? now_ + 1 + random_.below(50)
                     : step.deadline;
      return std::nullopt;
    case SessionStep::Kind::Send:
    case SessionStep::Kind::Receive:
      return log_in(kept);
    case SessionStep::Kind::LookUp:
      return SessionEvent::failed(boot::kNoLookUp);
    case SessionStep::Kind::HandOver:
      if (!kept.exists || random_.one_in(30)) return SessionEvent::failed(failure);
      // What was sent to it before may fail a moment later.
      if (has_failed(kept)) kept.fails_at = now_ + random_.below(500);
      kept.kernel_carries = true;
      for (SentErrand& errand : errands_)
        if (errand.path == &kept && errand.over_at == kNever)
          errand.over_at = now_ + random_.below(2'000);
      if (kept.unbinding && !kept.unbound) kept.unbound_at = now_ + random_.below(2'000);
      return SessionEvent::handed_over();
    case SessionStep::Kind::Recover:
      if (!kept.exists || random_.one_in(30)) return SessionEvent::failed(failure);
      if (kept.kernel_carries) kept.kernel_lost_at = now_;
      kept.kernel_carries = false;
      if (!kept.unbound) kept.unbound_at = kNever;
      return SessionEvent::recovered(1);
    case SessionStep::Kind::LogOut:
      kept.due = step.deadline;
      if (!random_.one_in(3))
        notify({.kind = Event::Kind::TargetSaid,
                .session = kept.id,
                .said = {TargetNotice::Kind::LoggedOut, "",
                         static_cast<std::uint16_t>(random_.below(4))}});
      return std::nullopt;
    case SessionStep::Kind::Wait:
      kept.due = step.deadline;
      return std::nullopt;
    case SessionStep::Kind::Carried:
    case SessionStep::Kind::Stop:
      return std::nullopt;
  }
  return std::nullopt;
}

// The whole login, with a target of that portal's mood, and what comes of its last step.
std::optional<SessionEvent> World::log_in(Kept& kept) {
  const Target& target = at(kept.step.portal);
  std::vector<testing::ScriptedReply> script;
  testing::ScriptedReply refusal;
  switch (target.mood) {
    case Target::Mood::Honest:
      script = testing::plain_login();
      break;
    case Target::Mood::Busy:
      refusal.status_class = 3;
      refusal.status_detail = 1;
      script.push_back(refusal);
      break;
    case Target::Mood::Refuses:
      refusal.status_class = 2;
      refusal.status_detail = 1;
      script.push_back(refusal);
      break;
    case Target::Mood::MovesForGood:
      refusal.status_class = 1;
      refusal.status_detail = 2;
      refusal.text = testing::text_of({"TargetAddress=10.9.9.9:3260"});
      script.push_back(refusal);
      break;
  }
  testing::ScriptedTarget scripted{std::move(script)};
  std::vector<std::uint8_t> stream;
  while (kept.step.kind == SessionStep::Kind::Send ||
         kept.step.kind == SessionStep::Kind::Receive) {
    if (kept.step.kind == SessionStep::Kind::Send) stream = scripted.respond(kept.step.send);
    if (stream.empty() || random_.one_in(400))
      return SessionEvent::failed({Errc::Closed, 0, "the target closed the connection"});
    const auto count = static_cast<std::ptrdiff_t>(std::min(kept.step.wanted, stream.size()));
    const std::vector<std::uint8_t> piece{stream.begin(), stream.begin() + count};
    stream.erase(stream.begin(), stream.begin() + count);
    const SessionEvent received = SessionEvent::received(piece);
    kept.step = kept.session->on_event(received, now_);
  }
  const SessionStep after = kept.step;
  return carry_out(kept, after);
}

void World::lose(Kept& kept) {
  if (!kept.exists || !kept.kernel_carries) return;
  kept.kernel_carries = false;
  kept.kernel_lost_at = now_;
  kept.sysfs_knows_at = now_ + random_.below(2'000);
  if (!kept.unbound) kept.unbound_at = kNever;
  const bool all_lost = std::none_of(all_.begin(), all_.end(),
                                     [](const auto& other) { return other->kernel_carries; });
  if (multipath_ && all_lost && random_.one_in(4)) unseen_ = true;
  notify({.kind = Event::Kind::ConnectionLost,
          .session = kept.id,
          .error = {Errc::Closed, 0, "the target closed the connection"}});
}

// Late, twice, or not at all: of what was dropped the kernel tells at the next look.
void World::notify(const Event& event) {
  if (drop_ > 0) {
    --drop_;
    dropped_ = true;
    note("a notice is dropped");
    notices_.emplace(now_ + random_.below(1'000), Event{.kind = Event::Kind::NoticesDropped});
    return;
  }
  notices_.emplace(now_ + random_.below(random_.one_in(10) ? 5'000 : 20), event);
  if (random_.one_in(20)) notices_.emplace(now_ + random_.below(5'000), event);
}

void World::kernel_turn() {
  for (const auto& kept : all_) nic_turn(*kept->nic);
  for (const auto& kept : all_) {
    if (!kept->exists || kept->unbound || kept->unbound_at > now_ || !kept->kernel_carries)
      continue;
    kept->unbound = true;
    notify({.kind = Event::Kind::Unbound, .session = kept->id});
  }
  while (!notices_.empty() && !rests() && notices_.begin()->first <= now_) {
    const Event event = notices_.begin()->second;
    notices_.erase(notices_.begin());
    tell(event);  // nobody hears it while there is no keeper
  }
  const auto back = [this](Millis& when) {
    if (when > now_) return false;
    when = kNever;
    return true;
  };
  if (back(home_back_at_)) {
    home_.up = true;
    home_.honest_since = now_;
    note("the target is back");
  }
  if (back(moved_back_at_)) moved_.up = true;
  if (back(mood_over_at_)) {
    home_.mood = Target::Mood::Honest;
    home_.honest_since = now_;
  }
}

}  // namespace isboot::keep::simulation
