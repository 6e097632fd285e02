#include "core/boot/nic_care.h"

namespace isboot::boot {

bool must_be_set_up(const NicSight& nic, bool planned, bool unreachable) {
  if (!nic.up) return true;
  // Its address may be right, and routes missing.
  if (!planned || nic.has_ours) return unreachable;
  // Who has given the NIC another address manages it now, and may have given ours away.
  return !nic.has_another;
}

}  // namespace isboot::boot
