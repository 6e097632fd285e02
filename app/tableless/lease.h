// The address of a boot without a table, where the initramfs has klibc's DHCP client: one of
// isboot's own (app/initramfs puts it in), and that of initramfs-tools.
#pragma once

#include <string>

#include "app/tableless/boot_table.h"

namespace isboot::app {

// klibc's ipconfig. It leaves what it got in /run/net-DEVICE.conf.
inline constexpr const char* kDhcpClient = "/bin/ipconfig";

// Asks for the leases that ip= wants and nobody has got (nics_without_lease), until half of the
// time is over; nothing where there is no client. What does not come of it boot_from_table() says.
// `give_up` is a time on `clock`.
void get_leases(Clock& clock, Log& log, const boot::Parameters& parameters, Millis give_up,
                const std::string& client = kDhcpClient, const TablelessPaths& paths = {});

// Where nobody else asks for leases: says what to do when one is wanted and there is no client.
void tell_of_no_client(Clock& clock, Log& log, const boot::Parameters& parameters,
                       const std::string& client = kDhcpClient, const TablelessPaths& paths = {});

}  // namespace isboot::app
