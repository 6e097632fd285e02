// A question to whoever sits before the machine while it boots.
#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot::linux_platform {

// Whether what is typed can be seen.
enum class Echo : std::uint8_t { Shown, Hidden };

struct QuestionPlaces {
  std::string console = "/dev/console";
  std::string plymouth = "/usr/bin/plymouth";  // asked for where it is and its picture is shown
};

// Asks on the console, or by plymouth, and waits as long as that takes. The answer, without its
// newline, goes into `answer`; its length. Of a hidden one no copy is left here. Error: the
// console's errno; Errc::NoSpace where the answer is longer than `answer`.
Result<std::size_t> ask(const std::string& question, Echo echo, MutableBytes answer,
                        const QuestionPlaces& places = {});

}  // namespace isboot::linux_platform
