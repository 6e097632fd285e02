#include "core/keep/path_turn.h"

namespace isboot::keep {
namespace {

constexpr Millis kLookAgain = 1'000;
// A target may lack the LUN: somebody may still add it, but there is no hurry. Looks are counted
// and not time, which passes also while the machine sleeps.
constexpr int kLooksSoon = 60;
constexpr Millis kLookAgainLater = 3'600'000;
// The errand of a keeper that was killed goes on, and may take the disk away a moment after it was
// seen.
constexpr int kLooksAtBegin = 10;
// What the multipath driver sent to a path just before it was back may fail a moment after.
constexpr Millis kSettles = 1'000;
constexpr Millis kMostAfterFailure = 60'000;

// No longer than the user wants I/O to wait at any lost session.
std::uint32_t fail_over(std::optional<std::uint32_t> limit) {
  return limit && *limit < boot::kFailOver ? *limit : boot::kFailOver;
}

}  // namespace

// One that is lost from the beginning is to be looked at as well.
void PathTurn::begin(bool has_disk) {
  taken_away_ = !has_disk;
  unsure_ = has_disk ? 0 : kLooksAtBegin;
  care_at_ = 0;
}

void PathTurn::end() {
  const bool was_carried = was_carried_;
  *this = {};
  was_carried_ = was_carried;
}

bool PathTurn::is_due(bool carried, Millis now) {
  const bool due = carried != was_carried_ || care_at_ <= now;
  if (carried != was_carried_) after_failure_ = looks_ = 0;
  if (carried && !was_carried_) settled_at_ = now + kSettles;
  if (!carried) tells_udev_ = true;
  was_carried_ = carried;
  return due;
}

PathTurn::Do PathTurn::on_event(const Event& event, Millis now) {
  switch (event.kind) {
    case Event::Kind::Care:
      if (settled_at_ > now) care_at_ = settled_at_;
      if (unsure_ > 0) {
        --unsure_;
        care_at_ = now + kLookAgain;
      }
      reinstate_ = reinstatement(event.reinstate, now);
      return on_care(event);
    case Event::Kind::LimitSet:
      return on_limit_set(event.done, now);
    case Event::Kind::Reinstated:
      if (state_ != State::Reinstating) break;
      if (event.done) tells_udev_ = false;
      try_again(now);  // whether it is used again is seen then
      return settle();
    case Event::Kind::DiskSeen:
      return on_disk_seen(event, now);
    case Event::Kind::DiskForgotten:
      if (state_ != State::Forgetting) break;
      return await(State::TakingAway, Do::Kind::TakeAway);
    case Event::Kind::ErrandSent:
      if (state_ != State::LookingFor && state_ != State::TakingAway) break;
      if (event.done) {
        errand_ = event.errand;
        return {};
      }
      if (state_ == State::TakingAway) return await(State::NotTakenAway, Do::Kind::LookAtDisk);
      try_again(now);
      return settle();
    case Event::Kind::ErrandOver:
      return on_errand_over(event, now);
  }
  return {};
}

// udev is told once, when the path has settled.
boot::Reinstate PathTurn::reinstatement(boot::Reinstate wanted, Millis now) const {
  if (wanted == boot::Reinstate::ForUdev && (!tells_udev_ || settled_at_ > now))
    return boot::Reinstate::No;
  return wanted;
}

PathTurn::Do PathTurn::on_care(const Event& event) {
  using boot::PathCare;
  if (errand_ != 0) return {};  // its end is told
  switch (event.care) {
    case PathCare::Leave:
      after_failure_ = 0;
      // A keeper that is gone may have meant to take it away.
      if (taken_away_) return await(State::NotTakenAway, Do::Kind::LookAtDisk);
      break;
    case PathCare::Wait:
      after_failure_ = 0;
      care_at_ = event.since + boot::kFailOver * Millis{1000};
      break;
    case PathCare::Hold:
    case PathCare::Limit: {
      Do limit = await(State::Limiting, Do::Kind::SetLimit);
      limit.limit = event.care == PathCare::Hold ? event.limit : fail_over(event.limit);
      return limit;
    }
    case PathCare::BringBack: {
      taken_away_ = true;  // by whomever
      // One that never had a disk may be the only path to it.
      if (!event.has_disk) return await(State::Looking, Do::Kind::LookAtDisk);
      Do limit = await(State::LimitingFirst, Do::Kind::SetLimit);
      limit.limit = fail_over(event.limit);
      return limit;
    }
    case PathCare::Release:
      taken_away_ = true;
      // Before the errand: one may be killed between the two, and nobody knows then what a disk
      // calls itself that is gone.
      return await(State::Forgetting, Do::Kind::ForgetDisk);
  }
  return settle();
}

PathTurn::Do PathTurn::on_limit_set(bool done, Millis now) {
  if (state_ != State::Limiting && state_ != State::LimitingFirst) return {};
  if (done && state_ == State::LimitingFirst) return await(State::Looking, Do::Kind::LookAtDisk);
  // Whether there is a limit or not: I/O waits. It is looked at again.
  if (reinstate_ == boot::Reinstate::ForUse) return await(State::Reinstating, Do::Kind::Reinstate);
  if (reinstate_ == boot::Reinstate::ForUdev) return await(State::Reinstating, Do::Kind::TellUdev);
  if (done)
    after_failure_ = 0;
  else
    try_again(now);
  return settle();
}

// The disk's driver takes a moment after the kernel has found it: it is looked at again until it is
// there.
PathTurn::Do PathTurn::on_disk_seen(const Event& event, Millis now) {
  const State state = state_;
  switch (state) {
    case State::Looking:
      if (!event.done) return await(State::LookingFor, Do::Kind::LookFor);
      break;
    case State::LookedFor:
    case State::LookedForInVain:
      break;
    case State::NotTakenAway:
      if (!event.done) return on_taken_away(event.carried, now);
      taken_away_ = false;
      try_again(now);
      return settle(Do::Kind::UseDisk);
    default:
      return {};
  }
  if (state == State::LookedForInVain && !event.done) {
    try_again(now);
    return settle();
  }
  after_failure_ = 0;
  // One that was found is taken by the multipath driver meanwhile.
  if (!event.done && looks_ <= kLooksSoon) ++looks_;
  const bool soon = event.done || looks_ <= kLooksSoon;
  care_at_ = now + (soon ? kLookAgain : kLookAgainLater);
  if (!event.done) return settle();
  taken_away_ = false;
  return settle(Do::Kind::UseDisk);
}

PathTurn::Do PathTurn::on_errand_over(const Event& event, Millis now) {
  if (errand_ == 0 || errand_ != event.errand) return {};
  errand_ = 0;
  if (state_ == State::TakingAway)
    return event.done ? on_taken_away(event.carried, now)
                      : await(State::NotTakenAway, Do::Kind::LookAtDisk);
  // Of one that is lost again nothing is known; it is asked for anew when it is back.
  if (!event.carried) return settle();
  return await(event.done ? State::LookedFor : State::LookedForInVain, Do::Kind::LookAtDisk);
}

PathTurn::Do PathTurn::on_taken_away(bool carried, Millis now) {
  after_failure_ = 0;
  if (carried) care_at_ = now;
  return settle();
}

PathTurn::Do PathTurn::await(State state, Do::Kind what) {
  state_ = state;
  return {.kind = what};
}

PathTurn::Do PathTurn::settle(Do::Kind what) { return await(State::Idle, what); }

// At first soon.
void PathTurn::try_again(Millis now) {
  after_failure_ = after_failure_ == 0 ? kLookAgain : 2 * after_failure_;
  if (after_failure_ > kMostAfterFailure) after_failure_ = kMostAfterFailure;
  care_at_ = now + after_failure_;
}

}  // namespace isboot::keep
