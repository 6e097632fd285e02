// Whether the NIC of a session is to be set up again, as the boot plan says, before the next
// connect. docs/keeper.md, "The NIC".
#pragma once

namespace isboot::boot {

struct NicSight {
  bool up = false;           // the link is there, and up
  bool has_ours = false;     // the plan's address is on it
  bool has_another = false;  // of its family, and not link-local
};

// `planned`: the plan has an address. `unreachable`: the last connect got no answer.
bool must_be_set_up(const NicSight& nic, bool planned, bool unreachable);

}  // namespace isboot::boot
