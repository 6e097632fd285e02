// What happens to a session or to all of them that somebody may want to be told of by a program,
// not by its words: a system's journal has an id for each.
#pragma once

#include <cstdint>

namespace isboot::keep {

enum class Happening : std::uint8_t {
  None,  // a line like any other
  Lost,
  Back,
  LoggedIn,   // for the first time, by the keeper
  Refused,    // the target refused a login
  Failed,     // a login was not reached, or broke off
  Moved,      // it is carried by another portal than before: a redirect
  Adopted,    // by this keeper, from one that is gone
  TakenOver,  // by another program's keeper
  OtherPath,  // its disk was taken away, so that I/O goes by another
  Ends,
  Over,
  GivenUp,  // … with what was not written
  MachineEnds,
  MachineGoesOn,
};

}  // namespace isboot::keep
