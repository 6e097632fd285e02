#include "platform/linux/crypto/linux_entropy.h"

#include <poll.h>
#include <sys/random.h>

#include <cerrno>

namespace isboot::linux_platform {

Result<Done> LinuxEntropy::fill(MutableBytes out) {
  constexpr int kNapMs = 20;
  while (!out.empty()) {
    const unsigned flags = weak_ ? GRND_INSECURE : GRND_NONBLOCK;
    const ssize_t got = getrandom(out.data(), out.size(), flags);
    if (got > 0) {
      out = out.subspan(static_cast<std::size_t>(got));
    } else if (got < 0 && errno == EAGAIN && patience_ms_ > 0) {
      (void)poll(nullptr, 0, kNapMs);
      patience_ms_ -= kNapMs;
    } else if (got < 0 && errno == EAGAIN) {
      weak_ = true;
    } else if (errno != EINTR) {
      return Error{Errc::Unsupported, 0, "getrandom failed"};
    }
  }
  return Done{};
}

}  // namespace isboot::linux_platform
