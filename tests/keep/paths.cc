// All sessions of the machine lead to one disk, and a multipath driver has them: what the keeper
// does about a path that is lost, and what the kernel makes of it. Nobody else lets the driver use
// a path again that has failed: multipathd may not run. udev may find the driver's device while all
// are lost, and looks again only when the driver is told that one is back.
#include <algorithm>

#include "tests/keep/world.h"

namespace isboot::keep::simulation {
namespace {

constexpr Millis kSeenWithin = 3'000;  // a call that fails is tried again each second
// For the end of a path's I/O: its limit, and the same.
constexpr Millis kFailsOverWithin = boot::kFailOver * 1'000 + kSeenWithin;
constexpr Millis kDiskBackWithin = 50'000;

bool is_carried(const Kept& kept) {
  return kept.session && kept.session->state() == boot::SessionState::HandedOver;
}

}  // namespace

bool World::is_path(const Kept& kept) const {
  return kept.session && kept.slot && !keeper_->ends(*kept.slot);
}

bool World::another_lives(const Kept& path) const {
  return std::any_of(all_.begin(), all_.end(), [&](const auto& other) {
    return other.get() != &path && is_path(*other) && is_carried(*other) && other->has_disk;
  });
}

// The turn of the driver's loop.
void World::care_for_paths() {
  if (!multipath_ || !alive() || rests() || over_) return;
  std::array<bool, kMaxKept> carried{};
  for (const auto& kept : all_)
    if (is_path(*kept)) carried[*kept->slot] = is_carried(*kept);
  if (!paths_.are_due(carried, now_)) return;
  std::vector<Kept*> paths;
  std::vector<boot::PathStatus> sights;
  for (const auto& kept : all_) {
    if (!is_path(*kept)) continue;
    paths.push_back(kept.get());
    kept->id_known |= kept->disk_known && kept->has_disk;
    sights.push_back({.disk_id = kept->id_known ? "a" : "",
                      .shared = kept->has_disk && kept->disk_known,
                      .carried = is_carried(*kept),
                      .failed = is_carried(*kept) && has_failed(*kept),
                      .unused = is_carried(*kept) && (unseen_ || random_.one_in(4)),
                      .holds = !is_carried(*kept) && !kept->limit,
                      .taken_away = paths_[*kept->slot].taken_away(),
                      .gone = kept->disk_known && kept->id_known && !kept->has_disk,
                      .lost_for = is_carried(*kept) ? 0 : now_ - kept->lost_since});
  }
  for (std::size_t i = 0; i < paths.size() && alive(); ++i)
    on_path(*paths[i], {.kind = PathTurn::Event::Kind::Care,
                        .care = boot::care_for(sights, i),
                        .has_disk = paths[i]->disk_known && paths[i]->id_known,
                        .reinstate = boot::reinstatement_of(sights, i)});
}

void World::on_path(Kept& path, PathTurn::Event event) {
  std::optional<PathTurn::Event> next = event;
  while (next && alive()) {
    next->carried = is_carried(path);
    next->since = path.lost_since;
    const PathTurn::Do what = paths_[*path.slot].on_event(*next, now_);
    if (is_killed_before(what)) return kill_keeper();
    next = carry_out(path, what);
  }
}

// Between what is written down of a disk and what is done to it, in either order.
bool World::is_killed_before(const PathTurn::Do& what) {
  using Kind = PathTurn::Do::Kind;
  const bool matters =
      what.kind == Kind::TakeAway || what.kind == Kind::ForgetDisk || what.kind == Kind::UseDisk;
  return matters && random_.one_in(20);
}

std::optional<PathTurn::Event> World::carry_out(Kept& path, const PathTurn::Do& what) {
  using Kind = PathTurn::Event::Kind;
  switch (what.kind) {
    case PathTurn::Do::Kind::Nothing:
      break;
    case PathTurn::Do::Kind::SetLimit:
      return PathTurn::Event{.kind = Kind::LimitSet, .done = set_limit(path, what.limit)};
    case PathTurn::Do::Kind::Reinstate:
    case PathTurn::Do::Kind::TellUdev:
      path.driver_refused = !path.driver_refused && random_.one_in(10);
      if (!path.driver_refused && path.kernel_carries) {
        unseen_ = false;
        if (what.kind == PathTurn::Do::Kind::Reinstate) path.fails_at = kNever;
      }
      return PathTurn::Event{.kind = Kind::Reinstated, .done = !path.driver_refused};
    case PathTurn::Do::Kind::LookAtDisk:
      return PathTurn::Event{.kind = Kind::DiskSeen, .done = path.has_disk};
    case PathTurn::Do::Kind::LookFor:
      return send_errand(path, false);
    case PathTurn::Do::Kind::TakeAway:
      note("session " + std::to_string(path.id.value) + " is released");
      if (!another_lives(path)) fail("the last path to the disk is given up");
      return send_errand(path, true);
    case PathTurn::Do::Kind::UseDisk:
      path.disk_known = path.id_known = true;
      break;
    case PathTurn::Do::Kind::ForgetDisk:
      path.disk_known = false;
      return PathTurn::Event{.kind = Kind::DiskForgotten};
  }
  return std::nullopt;
}

bool World::set_limit(Kept& path, std::optional<std::uint32_t> seconds) {
  path.refused = !path.refused && random_.one_in(10);
  if (path.refused || !path.kernel_carries) return false;  // EBUSY
  path.limit.reset();
  if (seconds) path.limit = *seconds * Millis{1'000};
  return true;
}

// Whoever writes, writes all the time.
bool World::has_failed(const Kept& path) const {
  return path.fails_at <= now_ ||
         (!path.kernel_carries && path.limit && now_ - path.kernel_lost_at >= *path.limit);
}

bool World::all_have_failed() const {
  return std::all_of(all_.begin(), all_.end(), [&](const auto& path) {
    return !path->exists || !path->has_disk || has_failed(*path);
  });
}

PathTurn::Event World::send_errand(Kept& path, bool takes_away) {
  for (const SentErrand& other : errands_)
    if (other.path == &path && !other.asker_is_gone) fail("two errands are sent for one path");
  const bool fails = !path.errand_failed && random_.one_in(5);
  const bool sent = !fails || random_.one_in(2);
  path.errand_failed = fails;
  if (sent)
    errands_.push_back({.number = ++errands_sent_,
                        .takes_away = takes_away,
                        .path = &path,
                        .over_at = now_ + random_.below(2'000),
                        .killed = fails});
  return {.kind = PathTurn::Event::Kind::ErrandSent, .done = sent, .errand = errands_sent_};
}

// One that is killed may have done what it was to do, and says so as little as if it had not.
void World::errands_turn() {
  if (rests()) return;
  for (std::size_t i = 0; i < errands_.size();) {
    SentErrand& errand = errands_[i];
    const bool waits = !errand.takes_away && errand.path->exists && !errand.path->kernel_carries;
    if (waits && !errand.killed && errand.over_at <= now_) errand.over_at = kNever;
    if (errand.over_at > now_) {
      ++i;
      continue;
    }
    const SentErrand over = errand;
    errands_.erase(errands_.begin() + static_cast<std::ptrdiff_t>(i));
    Kept& path = *over.path;
    const bool done = path.exists && !waits && (!over.killed || random_.one_in(2));
    if (done && (over.takes_away || !random_.one_in(8))) {
      path.has_disk = !over.takes_away;
      path.fails_at = kNever;  // the disk is a new one then
    }
    if (over.killed) note("an errand is killed");
    if (alive() && !over.asker_is_gone && path.session)
      on_path(path, {.kind = PathTurn::Event::Kind::ErrandOver,
                     .done = !over.killed && path.exists,
                     .errand = over.number});
  }
}

void World::check_paths() {
  if (!multipath_ || !alive() || rests()) return;
  std::uint64_t state = 0;
  for (const auto& kept : all_)
    state = 8 * state + (is_path(*kept) ? 4 : 0) + (is_carried(*kept) ? 2 : 0) + kept->has_disk;
  state = 2 * state + (all_have_failed() ? 1 : 0);
  state = 2 * state + (unseen_ ? 1 : 0);
  if (state != paths_were_ || paths_since_ < keeper_since_)
    paths_since_ = std::max(now_, keeper_since_);
  paths_were_ = state;
  const Millis same = now_ - std::min(now_, paths_since_);
  for (const auto& kept : all_) {
    if (!is_path(*kept)) continue;
    const bool carried = is_carried(*kept) && kept->kernel_carries;
    const bool others = another_lives(*kept);
    // What the kernel has taken away because a client wanted it to, it does not give back, even if
    // the keeper that was asked for it was killed.
    if (carried && !kept->has_disk && !kept->unbound && same > kDiskBackWithin)
      fail("a path that is back does not get its disk");
    if (!kept->has_disk || kept->unbound) continue;
    if (carried && unseen_ && same > kSeenWithin + 7'000)
      fail("udev is not told that a path is back");
    if (carried && all_have_failed() && same > kSeenWithin + 7'000)
      fail("I/O waits although a path is back");
    if (carried && !others && kept->limit && same > kSeenWithin + 7'000)
      fail("the last path to the disk has a limit");
    if (!is_carried(*kept) && others && !kept->limit && same > kFailsOverWithin + 7'000)
      fail("I/O waits at a lost path although another lives");
  }
}

}  // namespace isboot::keep::simulation
