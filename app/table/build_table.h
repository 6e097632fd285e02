// A table made of a spec (ibft_spec.h).
#pragma once

#include <string>

#include "app/failure.h"
#include "core/ibft/encode.h"
#include "platform/linux/system/secret_pages.h"

namespace isboot::app {

// Reads the file; secrets may be in it and in the table.
Outcome<linux_platform::SecretPages> build_table(const std::string& spec_file, ibft::Layout layout);

}  // namespace isboot::app
