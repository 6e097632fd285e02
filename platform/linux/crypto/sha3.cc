#include "platform/linux/crypto/sha3.h"

#include <bit>
#include <utility>

#include "core/base/secret.h"

namespace isboot::linux_platform {
namespace {

constexpr std::size_t kLanes = 25;
constexpr int kRounds = 24;

// rho and pi move lane kPi[i] of the walk that begins at lane 1, by kRho[i] bits (FIPS 202
// sections 3.2.2, 3.2.3).
constexpr std::array<int, 24> kRho = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                      27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
constexpr std::array<std::size_t, 24> kPi = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                             15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

// One bit of a round's constant, from the shift register of section 3.2.5.
bool next_bit(std::uint8_t& shift_register) {
  const bool bit = (shift_register & 1U) != 0;
  const bool carry = (shift_register & 0x80U) != 0;
  shift_register = static_cast<std::uint8_t>(shift_register << 1U);
  if (carry) shift_register = static_cast<std::uint8_t>(shift_register ^ 0x71U);
  return bit;
}

std::uint64_t round_constant(std::uint8_t& shift_register) {
  std::uint64_t constant = 0;
  for (unsigned j = 0; j <= 6; ++j)
    if (next_bit(shift_register)) constant |= std::uint64_t{1} << ((1U << j) - 1);
  return constant;
}

void wipe_lanes(std::span<std::uint64_t> lanes) {
  wipe({reinterpret_cast<std::uint8_t*>(lanes.data()), lanes.size_bytes()});
}

void permute(std::array<std::uint64_t, kLanes>& a) {
  std::uint8_t shift_register = 1;
  std::array<std::uint64_t, 5> column;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t x = 0; x < 5; ++x)
      column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (std::size_t i = 0; i < kLanes; ++i)
      a[i] ^= column[(i + 4) % 5] ^ std::rotl(column[(i + 1) % 5], 1);
    std::uint64_t moved = a[1];
    for (std::size_t i = 0; i < kPi.size(); ++i)
      moved = std::exchange(a[kPi[i]], std::rotl(moved, kRho[i]));
    for (std::size_t y = 0; y < kLanes; y += 5) {
      for (std::size_t x = 0; x < 5; ++x) column[x] = a[y + x];
      for (std::size_t x = 0; x < 5; ++x)
        a[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]);
    }
    a[0] ^= round_constant(shift_register);
  }
  wipe_lanes(column);
}

}  // namespace

Sha3_256::~Sha3_256() { wipe_lanes(state_); }

void Sha3_256::absorb(std::uint8_t byte) {
  state_[at_ / 8] ^= std::uint64_t{byte} << (8 * (at_ % 8));
}

void Sha3_256::update(Bytes data) {
  for (const std::uint8_t byte : data) {
    absorb(byte);
    if (++at_ < kRate) continue;
    permute(state_);
    at_ = 0;
  }
}

// Section 6.1 puts the bits 01 behind the message, section 5.1 a one, zeros and a one.
void Sha3_256::finish(MutableBytes out) {
  absorb(0x06);
  at_ = kRate - 1;
  absorb(0x80);
  permute(state_);
  for (std::size_t i = 0; i < kSize; ++i)
    out[i] = static_cast<std::uint8_t>(state_[i / 8] >> (8 * (i % 8)));
}

}  // namespace isboot::linux_platform
