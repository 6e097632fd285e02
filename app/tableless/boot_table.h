// The table to boot from: firmware's, or one that the kernel command line makes up for.
#pragma once

#include "app/failure.h"
#include "app/tableless/asked_secrets.h"
#include "app/tableless/machine_facts.h"
#include "core/boot/parameters.h"
#include "core/ports/clock.h"
#include "core/ports/log.h"
#include "platform/linux/firmware/firmware_table.h"

namespace isboot::app {

// How long may be waited for a NIC, or a lease, that is not there yet, and who may be asked.
struct Patience {
  Clock& clock;
  Millis give_up;  // a time on `clock`
  Ask ask = {};    // for isboot.secrets=ask
};

// As linux_platform::choose_table(). When there is none, and none was named, what the kernel
// command line says (core/boot/tableless.h) is a table too, whose source says so; parameters.url is
// then in it, and cleared. Errc::NotFound: there is neither. What is not used of the command line
// is logged.
Result<linux_platform::FirmwareTable> find_boot_table(boot::Parameters& parameters, Log& log,
                                                      const Patience* patience = nullptr,
                                                      const TablelessPaths& paths = {});

// Why find_boot_table() has none, for every error but Errc::NotFound: what is wrong with the table
// that the parameters name, with firmware's, or with the command line.
Failure table_failure(const boot::Parameters& parameters, const Error& error);

// Why decode() or make_plan() of such a table failed.
Failure plan_failure(const linux_platform::FirmwareTable& found, const ibft::Table& table,
                     const boot::Parameters& parameters, const Error& error);

// Whether it was made up so, and nothing of it is firmware's.
bool is_made_up(const linux_platform::FirmwareTable& table);

// The NICs for which ip= asks for a lease that nobody has got, by name; one that it does not name
// is empty. Where a lease for no NIC by name leads to no target, these are all NICs without one.
// None where there is a table, which says more. Where all that are lacking one are not there
// themselves, waits for them.
std::vector<std::string> nics_without_lease(boot::Parameters parameters, Log& log,
                                            const Patience& patience,
                                            const TablelessPaths& paths = {});

// Whether the NICs that have what ip= asks for them lead to every target: a boot waits for no
// other.
bool nics_lead_to_all(boot::Parameters parameters, Log& log, const TablelessPaths& paths = {});

// The second half of find_boot_table() alone.
Result<linux_platform::FirmwareTable> table_of_command_line(boot::Parameters& parameters, Log& log,
                                                            const Patience* patience,
                                                            const TablelessPaths& paths);

}  // namespace isboot::app
