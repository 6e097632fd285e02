#include "core/boot/backoff.h"

#include <array>

#include "core/base/reader.h"

namespace isboot::boot {

Millis Backoff::next(Entropy& entropy) {
  Millis longest = limits_.first;
  for (unsigned i = 0; i < doublings_ && longest < limits_.most; ++i) longest *= 2;
  if (longest < limits_.most)
    ++doublings_;
  else
    longest = limits_.most;

  std::array<std::uint8_t, 4> random{};
  if (!entropy.fill(random)) return longest;
  const auto number = Reader{random}.le32();
  const Millis shortest = longest / 10;
  return shortest + *number % (longest - shortest + 1);
}

}  // namespace isboot::boot
