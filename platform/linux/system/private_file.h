#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot::linux_platform {

// A file of our own that nobody else may read, with this content. A file that was there is replaced
// by a new one, so that neither its owner and mode nor a process that has it open matter. EEXIST:
// what is there is no file (a folder, a device, a link).
Result<Done> make_private_file(const std::string& path, Bytes content);

}  // namespace isboot::linux_platform
