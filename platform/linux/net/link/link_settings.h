// Settings of a link that the kernel takes by files of /proc/sys alone. Source: ip-sysctl.rst.
#pragma once

#include "core/ports/log.h"

namespace isboot::linux_platform {

// Addresses, routes and what else IPv6 routers advertise are the kernel's to take, also when
// the booted system forwards packets; none of them waits for duplicate address detection.
// What cannot be set is a detail of the log: the kernel's defaults do most of it.
void heed_advertisements(Text link_name, Log& log);

}  // namespace isboot::linux_platform
