// Whether a path carries packets of a size in both directions: asked of the target
// itself by an ICMP echo that no router may fragment.
#pragma once

#include "core/ports/network.h"

namespace isboot::linux_platform {

enum class MtuVerdict : std::uint8_t {
  Carries,
  TooLarge,  // small packets come back, those of this size do not
  NoAnswer,  // nothing comes back: it cannot be told
};

// Blocks for the time of two answers, or for some seconds when they do not come.
// `mtu` is in bytes, with the IP header. Error: the errno (needs CAP_NET_RAW).
Result<MtuVerdict> probe_mtu(Text link_name, const IpAddress& target, std::uint32_t mtu,
                             Clock& clock, Millis deadline);

}  // namespace isboot::linux_platform
