// The address of a boot without a table, in an initramfs of isboot's own: a DHCP client is there
// for ip=dhcp (app/initramfs puts it in).
#pragma once

#include <string>

#include "app/tableless/boot_table.h"

namespace isboot::app {

// klibc's ipconfig, which initramfs-tools has, too. It leaves what it got in /run/net-DEVICE.conf.
inline constexpr const char* kDhcpClient = "/bin/ipconfig";

// Asks for the leases that ip= wants and nobody has got, until half of the time is over. What does
// not come of it boot_from_table() says. `give_up` is a time on `clock`.
void get_leases(Clock& clock, Log& log, const boot::Parameters& parameters, Millis give_up,
                const std::string& client = kDhcpClient, const TablelessPaths& paths = {});

}  // namespace isboot::app
