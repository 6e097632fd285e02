// Each session has a NIC, some the same one: what happens to it, and how it is mended before a
// connect.
#include "core/boot/nic_care.h"
#include "tests/keep/world.h"

namespace isboot::keep::simulation {

void World::nic_fault(Kept& kept) {
  Nic& nic = *kept.nic;
  switch (random_.below(6)) {
    case 0:
      note("a cable is pulled");
      nic.carrier = false;
      break;
    case 1:
      note("a link is taken down");
      nic.up = false;
      break;
    case 2:
      note("an address is removed");
      nic.has_ours = false;
      nic.has_routes = nic.has_another;
      break;
    case 3:
      note("routes are removed");
      nic.has_routes = nic.has_another && !nic.has_ours;  // whose they are then
      break;
    case 4:
      note("a driver is loaded again");
      nic = {.number = 0, .up = false, .has_ours = false, .has_routes = false};
      break;
    default:
      note("somebody else manages a NIC from now on");
      nic.has_ours = false;
      nic.has_another = nic.has_routes = true;
      break;
  }
  nic.whole_at = now_ + random_.below(random_.one_in(3) ? 600'000 : 20'000);
  if (nic.has_another && nic.up && nic.carrier && random_.one_in(2)) return;
  for (const auto& each : all_)
    if (each->nic == kept.nic) lose(*each);  // once a NOP had no answer
}

// The cable is in, the driver is there.
void World::nic_turn(Kept& kept) {
  Nic& nic = *kept.nic;
  if (nic.whole_at > now_) return;
  nic.whole_at = kNever;
  nic.whole_since = now_;
  nic.carrier = true;
  if (nic.number == 0) nic.number = next_link_++;
}

// False: the connect cannot be tried.
bool World::mend(Kept& kept) {
  Nic& nic = *kept.nic;
  const auto must_be_set_up = [&] {
    const bool there = nic.number != 0 && nic.number == kept.link;
    const boot::NicSight sight{.up = there && nic.up,
                               .has_ours = there && nic.has_ours,
                               .has_another = there && nic.has_another};
    return boot::must_be_set_up(sight, true, kept.unreachable);
  };
  if (!must_be_set_up()) return true;
  if (nic.number == 0 || random_.one_in(20)) return false;
  if (kept.link != nic.number) {  // found by what the plan says of it
    kept.link = nic.number;
    if (!must_be_set_up()) return true;
  }
  if (nic.up && nic.has_another && !nic.has_ours)
    fail("a NIC is set up that somebody else manages");
  nic.up = nic.has_ours = nic.has_routes = true;
  return true;
}

// Whether a connection by the link that the keeper takes gets anywhere.
bool World::is_reachable(const Kept& kept) const {
  const Nic& nic = *kept.nic;
  return nic.number != 0 && nic.number == kept.link && nic.up && nic.carrier && nic.has_routes;
}

}  // namespace isboot::keep::simulation
