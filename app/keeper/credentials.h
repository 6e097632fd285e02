// CHAP credentials from a file, never from a command line:
//   name=USER
//   secret=ANYTHING UP TO THE END OF THE LINE
//   reverse_name=TARGET
//   reverse_secret=…
#pragma once

#include <optional>
#include <string>

#include "app/failure.h"
#include "core/iscsi/chap.h"

namespace isboot::app {

// Fills `credentials`. The file must be readable by its owner alone. Empty lines and
// lines that start with '#' are skipped; nothing else is trimmed, because a secret may
// hold any byte but a newline. A failure names the line, never its value.
Outcome<> read_credentials(const std::string& path, iscsi::Credentials& credentials);

}  // namespace isboot::app
