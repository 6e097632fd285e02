#pragma once

#include "core/base/text.h"
#include "core/ports/clock.h"
#include "core/ports/log.h"
#include "platform/linux/system/console.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

// Lines of the form "isboot: 0.041 eth0 up, 10.0.2.15/24" (seconds since this
// object was made) to the kernel log, and to standard error as well where that does not
// show the kernel log anyway: each line is seen once.
class KernelLog final : public Log {
public:
  // `verbose`: 0 errors only, 1 steps too, 2 and 3 details (design.md).
  KernelLog(Clock& clock, int verbose);
  void write(LogLevel level, Text line) override;
  Text words(Code code) override;
  void set_verbose(int verbose) { verbose_ = verbose; }
  // From now on no line waits for whoever reads standard error: a terminal that was stopped or a
  // pipe that nobody empties loses lines. Nothing more goes to a file, which may be on the very
  // disk whose session this process brings back.
  void never_wait();

private:
  bool shown_on_stderr(LogLevel level) const;

  Clock& clock_;
  Millis start_;
  int verbose_;
  UniqueFd kmsg_;
  Reader reader_;
  int console_level_;
  UniqueFd own_stderr_;  // opened anew, so that it alone does not block
  int stderr_ = -1;      // where lines go besides; -1: nowhere
};

}  // namespace isboot::linux_platform
