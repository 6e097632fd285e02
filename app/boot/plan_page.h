// What a boot would do, for people and for scripts.
#pragma once

#include <string>

#include "app/json/json.h"
#include "app/tableless/planned_boot.h"

namespace isboot::app {

// As `isboot plan --json` prints it (design.md).
Json plan_json(const PlannedBoot& planned, const boot::Parameters& parameters);

// Of that JSON.
std::string plan_page(const Json& plan);

// How many of the plan's paths a boot tries: isboot.paths=first leaves the others.
std::size_t tried_paths(const boot::Plan& plan, const boot::Parameters& parameters);

}  // namespace isboot::app
