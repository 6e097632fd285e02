#pragma once

#include "core/base/text.h"

namespace isboot::ibft {

// Bus 8 bits, device 5, function 3, as the table packs them (section 3.6). There is no
// field for the segment.
struct PciAddress {
  std::uint16_t value = 0;
  std::uint8_t bus() const { return static_cast<std::uint8_t>(value >> 8); }
  std::uint8_t device() const { return (value >> 3) & 0x1f; }
  std::uint8_t function() const { return value & 7; }
  friend bool operator==(PciAddress, PciAddress) = default;
};

// "00:02.0", as Linux writes it: hex, the function in one digit. Errc::BadValue for
// anything else.
Result<PciAddress> parse_pci(Text text);
InlineText<7> to_text(PciAddress pci);

}  // namespace isboot::ibft
