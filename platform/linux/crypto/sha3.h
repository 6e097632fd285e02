// SHA3-256 (FIPS 202). libmbedcrypto of Debian 12 has none, and libnettle's brings the processor's
// variants of ciphers along: 37 KB for one that CHAP uses a few times.
#pragma once

#include <array>

#include "core/base/bytes.h"

namespace isboot::linux_platform {

class Sha3_256 {
public:
  static constexpr std::size_t kSize = 32;

  Sha3_256() = default;
  Sha3_256(const Sha3_256&) = delete;
  Sha3_256& operator=(const Sha3_256&) = delete;
  ~Sha3_256();  // wipes

  void update(Bytes data);
  // Once, at the end; `out` has kSize bytes.
  void finish(MutableBytes out);

private:
  static constexpr std::size_t kRate = 136;  // bytes a block; FIPS 202 table 3

  void absorb(std::uint8_t byte);

  std::array<std::uint64_t, 25> state_{};  // lane (x, y) is number x + 5 y
  std::size_t at_ = 0;                     // in the block
};

}  // namespace isboot::linux_platform
