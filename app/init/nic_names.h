// What udev calls the NICs of this machine, where no udev runs: `isboot initramfs build` has
// written it down, so that the system has its NIC by the name that its settings know.
#pragma once

#include <functional>
#include <string>

#include "app/tableless/machine_facts.h"
#include "core/ports/log.h"

namespace isboot::app {

// As linux_platform::rename_nic().
using RenameNic = std::function<Result<Done>(const std::string& from, const std::string& to)>;

// Gives the NICs that `file` names their names: lines "MAC NAME". Of a NIC that is not there
// nothing is said: the disk may be in another machine.
void name_nics(Log& log, const RenameNic& rename, const std::string& file = "/etc/isboot/nic-names",
               const TablelessPaths& paths = {});

}  // namespace isboot::app
