// A hash that costs nothing and protects nothing: FNV-1a, stretched to the length of
// the real digest. Both ends of a test use it, so that logins run without a library.
#pragma once

#include "core/ports/hash.h"

namespace isboot::testing {

class FakeHash final : public Hash {
public:
  std::size_t size(HashAlgorithm algorithm) override {
    if (algorithm == missing) return 0;
    switch (algorithm) {
      case HashAlgorithm::Md5:
        return 16;
      case HashAlgorithm::Sha1:
        return 20;
      case HashAlgorithm::Sha256:
      case HashAlgorithm::Sha3_256:
        return 32;
    }
    return 0;
  }

  Result<Done> digest(HashAlgorithm algorithm, std::span<const Bytes> parts,
                      MutableBytes out) override {
    std::uint64_t state = 0xcbf29ce484222325U + static_cast<std::uint64_t>(algorithm);
    for (const Bytes part : parts)
      for (const std::uint8_t byte : part) state = (state ^ byte) * 0x100000001b3U;
    for (std::uint8_t& byte : out) {
      state = (state ^ (state >> 29)) * 0x100000001b3U;
      byte = static_cast<std::uint8_t>(state >> 32);
    }
    return Done{};
  }

  HashAlgorithm missing = HashAlgorithm{0};  // one that the platform lacks
};

}  // namespace isboot::testing
