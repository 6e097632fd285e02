// All sessions of the machine lead to one disk, and a multipath driver has them: what the keeper
// does about a path that is lost, and what the kernel makes of it.
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
  bool due = false;
  for (const auto& kept : all_)
    due = is_due(kept->turn, is_path(*kept) && is_carried(*kept), now_) || due;
  if (!due) return;
  std::vector<Kept*> paths;
  std::vector<boot::PathStatus> sights;
  for (const auto& kept : all_) {
    kept->turn.care_at = kNever;  // each says anew when it is to be looked at again
    if (!is_path(*kept)) continue;
    const bool carried = is_carried(*kept);
    paths.push_back(kept.get());
    sights.push_back({.disk_id = "a",
                      .shared = kept->has_disk,
                      .carried = carried,
                      .holds = !carried && !kept->limit,
                      .taken_away = kept->turn.taken_away,
                      .lost_for = carried ? 0 : now_ - kept->lost_since});
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const boot::PathCare care = boot::care_for(sights, i);
    on_care(paths[i]->turn, care, paths[i]->lost_since);
    if (care_for_path(*paths[i], care))
      on_care_done(paths[i]->turn);
    else
      on_care_failed(paths[i]->turn, care, now_);
  }
}

bool World::care_for_path(Kept& path, boot::PathCare care) {
  const bool taken = care == boot::PathCare::Leave || path.refused || !random_.one_in(10);
  path.refused = !taken;
  const auto set_limit = [&](std::optional<Millis> limit) {
    if (!taken || !path.kernel_carries) return false;  // EBUSY
    path.limit = limit;
    return true;
  };
  switch (care) {
    case boot::PathCare::Leave:
    case boot::PathCare::Wait:
      return true;
    case boot::PathCare::Hold:
      return set_limit({});
    case boot::PathCare::Limit:
      return set_limit(boot::kFailOver * 1'000);
    case boot::PathCare::BringBack:
      path.has_disk = path.has_disk || (path.kernel_carries && !random_.one_in(4));
      path.disk_known = path.has_disk;
      on_disk_looked_for(path.turn, path.has_disk, now_);
      return true;
    case boot::PathCare::Release:
      note("session " + std::to_string(path.id.value) + " is released");
      if (!another_lives(path)) fail("the last path to the disk is given up");
      if (!taken) return false;
      path.has_disk = path.disk_known = false;
      return true;
  }
  return true;
}

void World::check_paths() {
  if (!multipath_ || !alive() || rests()) return;
  std::uint64_t state = 0;
  for (const auto& kept : all_)
    state = 8 * state + (is_path(*kept) ? 4 : 0) + (is_carried(*kept) ? 2 : 0) + kept->has_disk;
  if (state != paths_were_ || paths_since_ < keeper_since_)
    paths_since_ = std::max(now_, keeper_since_);
  paths_were_ = state;
  const Millis same = now_ - std::min(now_, paths_since_);
  for (const auto& kept : all_) {
    if (!is_path(*kept)) continue;
    const bool carried = is_carried(*kept) && kept->kernel_carries;
    const bool others = another_lives(*kept);
    if (carried && !kept->has_disk && same > kDiskBackWithin)
      fail("a path that is back does not get its disk");
    if (!kept->has_disk || kept->unbound) continue;
    if (carried && !others && kept->limit && same > kSeenWithin + 7'000)
      fail("the last path to the disk has a limit");
    if (!is_carried(*kept) && others && !kept->limit && same > kFailsOverWithin + 7'000)
      fail("I/O waits at a lost path although another lives");
  }
}

}  // namespace isboot::keep::simulation
