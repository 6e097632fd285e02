// The steps of a boot, as they are recorded and drawn.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/text.h"

namespace isboot::app {

enum class Step : std::uint8_t {
  Plan,
  FindNic,
  BringUp,
  CreateSession,
  WaitReady,
  Connect,
  LogIn,
  HandOver,
  FindDisk,
  StartKeeper,
  LeaveNetwork,
  MountRoot,
};

struct StepText {
  const char* name;       // in the record: no blanks
  const char* what;       // for people
  const char* waits_for;  // who makes it take time; empty: isboot itself
};

// Every step has its text.
const StepText& text_of(Step step);
std::optional<Step> parse_step(Text name);

}  // namespace isboot::app
