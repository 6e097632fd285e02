#pragma once

#include "core/ports/network.h"

namespace isboot::linux_platform {

// Makes the kernel use its own link-local address on the link at once, without a
// second of duplicate address detection. Before the link comes up. Only for a target
// that is spoken to from that address: addresses that isboot sets skip it by themselves.
// Error: the errno, ENOENT when the kernel has no IPv6.
Result<Done> trust_own_link_local(Text link_name);

}  // namespace isboot::linux_platform
