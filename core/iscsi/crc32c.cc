#include "core/iscsi/crc32c.h"

#include <array>

namespace isboot::iscsi {
namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82f63b78;

// A nibble at a time: 64 bytes of table do for the few KiB that `check` reads.
constexpr std::array<std::uint32_t, 16> make_table() {
  std::array<std::uint32_t, 16> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 4; ++bit)
      value = (value >> 1) ^ ((value & 1) != 0 ? kReversedPolynomial : 0);
    table[i] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 16> kTable = make_table();

}  // namespace

void Crc32c::add(Bytes data) {
  for (const std::uint8_t byte : data) {
    state_ ^= byte;
    state_ = (state_ >> 4) ^ kTable[state_ & 15];
    state_ = (state_ >> 4) ^ kTable[state_ & 15];
  }
}

}  // namespace isboot::iscsi
