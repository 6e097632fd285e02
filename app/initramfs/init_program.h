// Which program becomes /init.
#pragma once

#include <string>

namespace isboot::app {

// The small one that is installed with, or was built beside, the program at `self`; `self`, which
// can do the same, where there is none.
std::string init_program(const std::string& self);

}  // namespace isboot::app
