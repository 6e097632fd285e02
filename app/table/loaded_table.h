// One table with all that can be said of it, and the list of those that there are.
#pragma once

#include <memory>
#include <optional>

#include "app/failure.h"
#include "app/json/json.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"

namespace isboot::app {

struct LoadedTable {
  linux_platform::FirmwareTable found;
  ibft::Table table;  // borrows from `found`
  ibft::Findings findings;
  std::optional<Error> error;  // nothing can be read from it
  std::string obstacle;        // why nothing can be booted from it; empty: something can
};

// Of a file; without one, that of firmware's which `choice` names (isboot.table=). Nothing when
// firmware has none.
Outcome<std::unique_ptr<LoadedTable>> load_table(const std::string& file,
                                                 const std::string& choice);

// A table that was found, decoded and weighed: a finding is an error where a boot fails of it. In a
// table that can be booted from it is a warning.
std::unique_ptr<LoadedTable> look_into(linux_platform::FirmwareTable found);

// How many errors there are. What keeps a boot from its disk is one, also without a finding.
std::size_t errors_in(const LoadedTable& loaded);

// The table cannot be decoded, or nothing can be booted from it.
Failure decode_failure(const Error& error);
Failure obstacle_failure(const LoadedTable& loaded);

Json judgement_json(const LoadedTable& loaded);

// Where tables are, and which of them isboot takes: for scripts, and a line each for people.
Json tables_json(const linux_platform::FirmwareSearch& search, const std::string& chosen_source);
std::string table_lines(const Json& tables);

}  // namespace isboot::app
