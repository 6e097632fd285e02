// Settings of a link that the kernel takes by files of /proc/sys alone. Source: ip-sysctl.rst.
// What cannot be set is a detail of the log: the kernel's defaults do most of it.
#pragma once

#include "core/ports/log.h"

namespace isboot::linux_platform {

// Addresses, routes and what else IPv6 routers advertise are the kernel's to take, also when
// the booted system forwards packets; none of them waits for duplicate address detection.
void heed_advertisements(Text link_name, Log& log);

// A host that has the link's own IPv6 address too takes that away and no more. With accept_dad 2
// the kernel ends IPv6 on the link: where it has, IPv6 begins again, which is a warning.
void outlive_duplicates(Text link_name, Log& log);

}  // namespace isboot::linux_platform
