// The JSON of `isboot ibft show --json` (design.md: binding to the letter).
#pragma once

#include <string>

#include "app/json/json.h"
#include "core/ibft/finding.h"

namespace isboot::app {

enum class Secrets : std::uint8_t { Hide, Show };

// A structure that was not found is null. Extensions, which design.md does not name,
// appear only where there are some.
Json ibft_json(const std::string& source, const ibft::Table& table, const ibft::Findings& findings,
               Secrets secrets);

// Each finding as an object; how many had no room follows as a note.
Json findings_json(const ibft::Findings& findings);

}  // namespace isboot::app
