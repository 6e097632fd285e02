#include "platform/linux/firmware/kernel_lun.h"

#include <array>

namespace isboot::linux_platform {
namespace {

// Reads `text` as eight bytes, byte i with two digits where bit i of `wide` is set.
// Nothing when the digits do not come out even, or a wide byte would begin with 0 where some are
// not wide.
std::optional<Lun> read_as(Text text, unsigned wide) {
  Lun lun;
  std::size_t at = 0;
  for (std::size_t i = 0; i < lun.bytes.size(); ++i) {
    const bool two = (wide >> i & 1) != 0;
    if (at + (two ? 2 : 1) > text.size()) return std::nullopt;
    int value = hex_digit(text[at++]);
    if (value < 0 || (two && value == 0 && wide != 0xff)) return std::nullopt;
    if (two) {
      const int low = hex_digit(text[at++]);
      if (low < 0) return std::nullopt;
      value = value * 16 + low;
    }
    lun.bytes[i] = static_cast<std::uint8_t>(value);
  }
  if (at != text.size()) return std::nullopt;
  return lun;
}

}  // namespace

KernelLun parse_kernel_lun(Text text) {
  if (text.size() < Lun{}.bytes.size()) {
    const auto number = parse_decimal(text, 16383);
    const auto lun = number ? Lun::from_number(static_cast<std::uint32_t>(*number)) : Lun{};
    return {lun ? *lun : Lun{}, number.ok()};
  }
  KernelLun single_level;
  KernelLun any;
  int readings = 0;
  int single_level_readings = 0;
  for (unsigned wide = 0; wide <= 0xff; ++wide) {
    const auto lun = read_as(text, wide);
    if (!lun) continue;
    ++readings;
    any.lun = *lun;
    if (!lun->number()) continue;
    ++single_level_readings;
    single_level.lun = *lun;
  }
  any.certain = single_level.certain = readings == 1;
  if (readings == 1) return any;
  if (single_level_readings == 1) return single_level;
  return {};
}

}  // namespace isboot::linux_platform
