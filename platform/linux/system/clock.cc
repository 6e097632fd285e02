#include "platform/linux/system/clock.h"

#include <time.h>

#include <algorithm>
#include <climits>

namespace isboot::linux_platform {

Millis LinuxClock::now() {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return static_cast<Millis>(ts.tv_sec) * 1000 + static_cast<Millis>(ts.tv_nsec) / 1'000'000;
}

void LinuxClock::sleep_until(Millis when) {
  const timespec ts{static_cast<time_t>(when / 1000), static_cast<long>(when % 1000) * 1'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, nullptr) != 0) {
    // Interrupted by a signal: the time has not come yet.
  }
}

int poll_timeout(Millis now, Millis deadline) {
  if (deadline <= now) return 0;
  return static_cast<int>(std::min<Millis>(deadline - now, INT_MAX));
}

}  // namespace isboot::linux_platform
