// What `isboot ibft show` prints for a person.
#pragma once

#include <string>

#include "app/table/ibft_json.h"

namespace isboot::app {

struct PageOptions {
  Secrets secrets = Secrets::Hide;
  bool offsets = false;  // of each field, from the table's first byte
  bool colour = false;
};

// The table, what isboot would boot from and why, and the findings.
std::string ibft_page(const std::string& source, const ibft::Table& table,
                      const ibft::Findings& findings, const PageOptions& options);

// The findings alone, one a line, the worst first; empty when there are none.
std::string findings_page(const ibft::Findings& findings, const PageOptions& options);

// The bytes of one structure ("header", "control", "initiator", "nic0", "target1",
// "extension0"), sixteen a line with their offsets; those that are part of a secret as
// "**" unless secrets are shown. Empty when the table has no such structure.
std::string hex_page(Bytes bytes, const ibft::Table& table, Text structure,
                     const PageOptions& options);

}  // namespace isboot::app
