// What `isboot initramfs build` puts together: an initramfs for this machine, or for any.
#pragma once

#include <string>

#include "app/initramfs/build.h"

namespace isboot::app {

struct InitramfsWish {
  InitramfsPlan plan;       // what is empty in it is filled in
  std::string root_type;    // empty: that of this machine's root
  bool all_nics = false;    // drivers for NICs of any machine
  std::string nic_modules;  // in place of this machine's, with commas between them
};

// Builds it, and says in a line what was built.
Outcome<std::string> build_own_initramfs(InitramfsWish wish);

// "a,b" as two names; none in an empty text.
std::vector<std::string> names_in(const std::string& list);

}  // namespace isboot::app
