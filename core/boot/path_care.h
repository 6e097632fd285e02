// Several sessions that lead to one disk, assembled by a multipath driver: how long I/O may
// wait at each of them when it is lost. A path among others fails soon, so that its I/O goes
// another way; the last one holds its I/O for as long as it takes. docs/multipath.md.
#pragma once

#include <span>

#include "core/base/text.h"
#include "core/ports/clock.h"

namespace isboot::boot {

// Seconds that I/O waits at a lost path while another one lives.
inline constexpr std::uint32_t kFailOver = 5;

struct PathStatus {
  Text disk_id;             // what the disk calls itself; empty: not known
  bool shared = false;      // a multipath driver has the disk among its paths
  bool carried = false;     // the kernel moves its data
  bool failed = false;      // the multipath driver does not use it any more
  bool unused = false;      // nobody has the multipath driver's device open
  bool holds = false;       // lost, its I/O waits for ever
  bool taken_away = false;  // the disk was taken away from the kernel (Release)
  bool gone = false;        // the kernel has it no more, and nobody here has asked for that
  Millis lost_for = 0;
};

enum class PathCare : std::uint8_t {
  Leave,
  Limit,      // kFailOver is its limit from now on
  Hold,       // it is the last one: no limit but the user's
  Wait,       // Release comes at a lost_for of kFailOver seconds
  Release,    // its I/O waits although another path lives: take the disk away, so that it fails
  BringBack,  // Limit, and make the kernel look for the disk again
};

// What to do about paths[index].
PathCare care_for(std::span<const PathStatus> paths, std::size_t index);

enum class Reinstate : std::uint8_t {
  No,
  // The multipath driver has no other path that works. With another one that is left to
  // multipathd, which asks the disk first.
  ForUse,
  // The path works. udev may have found the device while all paths were lost, and looks for its
  // partitions only when one is reinstated; with somebody who has it open, it has found them.
  ForUdev,
};

// Whether the multipath driver is to be told that paths[index] is back.
Reinstate reinstatement_of(std::span<const PathStatus> paths, std::size_t index);

}  // namespace isboot::boot
