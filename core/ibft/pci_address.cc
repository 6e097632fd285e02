#include "core/ibft/pci_address.h"

namespace isboot::ibft {

Result<PciAddress> parse_pci(Text text) {
  constexpr std::array<std::uint8_t, 5> kDigitsAt{0, 1, 3, 4, 6};
  const Error error{Errc::BadValue, 0, "PCI address: bus:device.function in hex expected"};
  if (text.size() != 7 || text[2] != ':' || text[5] != '.') return error;
  std::array<int, 5> digits{};
  for (std::size_t i = 0; i < digits.size(); ++i) {
    digits[i] = hex_digit(text[kDigitsAt[i]]);
    if (digits[i] < 0) return error;
  }
  const int bus = digits[0] * 16 + digits[1];
  const int device = digits[2] * 16 + digits[3];
  const int function = digits[4];
  if (device > 0x1f || function > 7) return error;
  return PciAddress{static_cast<std::uint16_t>(bus << 8 | device << 3 | function)};
}

InlineText<7> to_text(PciAddress pci) {
  std::array<char, 7> buffer{};
  TextWriter out{buffer};
  out.hex(pci.bus(), 2) << ':';
  out.hex(pci.device(), 2) << '.';
  out.hex(pci.function());
  InlineText<7> text;
  (void)text.assign(out.text());  // fits: two, two and one digit
  return text;
}

}  // namespace isboot::ibft
