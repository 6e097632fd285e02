// What `check` proves: that a boot would have its disk.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/check/disk_check.h"
#include "core/boot/parameters.h"
#include "core/ports/log.h"

namespace isboot::app {

// The disk that a URL names (RFC 4173). Without a target in it: the one that the portal lists.
Outcome<CheckedDisk> check_url(const std::string& url, const std::string& credentials_file,
                               const boot::Parameters& parameters);

// Every path that `boot` would try. The NICs are as they are: from a running system the target is
// reached by its routes. Nothing when there is no table.
Outcome<std::optional<std::vector<CheckedDisk>>> check_table(boot::Parameters parameters, Log& log);

}  // namespace isboot::app
