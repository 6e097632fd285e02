#pragma once

#include <string>
#include <vector>

#include "core/boot/plan.h"

namespace isboot::netns {

// A NIC and the target that is reached through it, as firmware writes them into its table.
struct Pair {
  std::string mac;
  std::string address;
  std::uint8_t prefix = 0;
  std::string gateway;  // empty: none
  std::string target;   // its address; port 3260
  bool boot_selected = true;
};

// What isboot makes of the table, as bytes, that leads to the target of tgt.h over `pairs`.
boot::Plan plan_of(const std::vector<Pair>& pairs, const boot::Parameters& parameters);

}  // namespace isboot::netns
