#pragma once

namespace isboot::app {

// What the program ends with (design.md): scripts depend on these numbers.
enum ExitStatus : int { kDone = 0, kFailed = 1, kUsage = 2, kNothingToDo = 3 };

}  // namespace isboot::app
