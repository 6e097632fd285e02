// Who this machine is to a target.
#pragma once

#include <optional>
#include <string>

#include "app/tableless/machine_facts.h"
#include "core/boot/parameters.h"
#include "core/iscsi/session_params.h"

namespace isboot::app {

// Where a name may be. Tests have files of their own.
struct InitiatorNamePlaces {
  // Of open-iscsi; its line "InitiatorName=" names the machine.
  std::string file = "/etc/iscsi/initiatorname.iscsi";
  std::string uuid = TablelessPaths{}.uuid;
};

// The name of the parameters, else the file's, else that of the table that the parameters choose,
// else the one that a boot without a table makes from the machine's UUID, which root alone can
// read. Nothing: the machine has none.
std::optional<iscsi::IscsiName> initiator_name(const boot::Parameters& parameters,
                                               const InitiatorNamePlaces& places = {});

}  // namespace isboot::app
