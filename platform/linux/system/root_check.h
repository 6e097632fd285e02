// The check of a root file system before it is written to, by the program that its own system has
// for it: an initramfs of isboot's own brings none.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/text.h"

namespace isboot::linux_platform {

// What the kernel command line asks for (systemd-fsck@.service(8)): fsck.mode=auto|skip|force,
// fsck.repair=preen|yes|no. Another value counts as the first.
struct CheckOptions {
  enum class Mode { Auto, Skip, Force } mode = Mode::Auto;
  enum class Repair { Preen, Yes, No } repair = Repair::Preen;

  static CheckOptions from_command_line(Text command_line);
};

// The check of a file system of `type` on `device`, as exec(3) takes it; empty when there is none
// to run: not wanted, or no fsck.TYPE in `folder`.
std::vector<std::string> check_command(const std::string& type, const std::string& device,
                                       const CheckOptions& options,
                                       const std::string& folder = "/sbin/");

// What fsck(8) says by its exit status.
enum class CheckResult {
  Good,  // also when it could not look: it has said so itself
  Repaired,
  Restart,  // repaired under a mounted root: the kernel has read what is not true any more
  Broken,   // errors are left that somebody must see to
};
CheckResult result_of_check(int exit_status);

// Runs a program with this process's standard streams and waits for its end, however long that
// takes. Its exit status, 128 and the signal's number when one ended it. Error: it cannot be run.
Result<int> run_and_wait(const std::vector<std::string>& command);

}  // namespace isboot::linux_platform
