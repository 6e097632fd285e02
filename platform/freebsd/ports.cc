#include "platform/freebsd/ports.h"

#include <algorithm>

#include "core/base/log_line.h"
#include "platform/freebsd/kernel.h"

namespace isboot::freebsd {
namespace {

constexpr std::size_t kMaxLine = 600;
constexpr Millis kSeedLimit = 5'000;
constexpr Millis kSeedLook = 50;
constexpr Millis kEndOfTime = Millis{1} << 62;  // far, but spans can be added to it
constexpr std::size_t kMaxParts = 8;            // CHAP hashes three (RFC 1994 section 4.1)

}  // namespace

Millis KernelClock::now() { return isboot_stopping() != 0 ? kEndOfTime : isboot_now(); }

void KernelClock::sleep_until(Millis when) {
  for (Millis at = now(); at < when; at = now())
    if (isboot_sleep(std::min<Millis>(when - at, ISBOOT_MAX_WAIT)) != 0) return;
}

// Not seeded after the limit: the kernel's own early randomness has to do, of which it warns
// itself. A machine that does not boot helps nobody.
Result<Done> KernelEntropy::fill(MutableBytes out) {
  const Millis limit = clock_.now() + kSeedLimit;
  while (!has_waited_ && isboot_random_seeded() == 0) {
    if (clock_.now() >= limit) has_waited_ = true;
    clock_.sleep_until(clock_.now() + kSeedLook);
  }
  isboot_random(out.data(), out.size());
  return Done{};
}

std::size_t KernelHash::size(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::Md5:
      return 16;
    case HashAlgorithm::Sha1:
      return 20;
    case HashAlgorithm::Sha256:
      return 32;
    case HashAlgorithm::Sha3_256:
      break;
  }
  return 0;
}

Result<Done> KernelHash::digest(HashAlgorithm algorithm, std::span<const Bytes> parts,
                                MutableBytes out) {
  if (size(algorithm) == 0) return Error{Errc::Unsupported, 0, "the kernel has no such hash"};
  if (out.size() != size(algorithm)) return Error{Errc::BadValue, 0, "digest of another size"};
  if (parts.size() > kMaxParts) return Error{Errc::NoSpace, 0, "too many parts to hash"};
  std::array<isboot_part, kMaxParts> list{};
  for (std::size_t i = 0; i < parts.size(); ++i) list[i] = {parts[i].data(), parts[i].size()};
  isboot_digest(static_cast<unsigned>(algorithm), list.data(), parts.size(), out.data());
  return Done{};
}

KernelLog::KernelLog() : start_{isboot_now()} {}

void KernelLog::write(LogLevel level, Text line) {
  if (muted_ || verbosity_of(level) > verbose_) return;
  std::array<char, kMaxLine> buffer{};
  TextWriter out{buffer};
  format_log_line(isboot_now() - start_, line, out);
  isboot_print(out.text().data(), out.text().size());
}

Text KernelLog::words(Code code) { return words_of(code); }

}  // namespace isboot::freebsd
