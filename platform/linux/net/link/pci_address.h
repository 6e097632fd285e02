// Where a link's hardware is on the PCI bus, as the iBFT packs it.
#pragma once

#include <optional>

#include "core/base/text.h"

namespace isboot::linux_platform {

// From sysfs. Nothing: sysfs is not mounted, or the link does not come from PCI.
std::optional<std::uint16_t> pci_address_of(Text link_name);

// The last component of a sysfs path that is a PCI address: a virtio NIC's device is
// "…/0000:00:02.0/virtio1". Bus 8 bits, device 5, function 3; the segment is left
// out, for the iBFT has no field for it.
std::optional<std::uint16_t> last_pci_address(Text path);

}  // namespace isboot::linux_platform
