#include <memory>

#include "app/initramfs/own_initramfs.h"
#include "cli/command.h"
#include "cli/report/report.h"

namespace isboot::cli {
namespace {

Outcome<int> build(const InitramfsWish& wish) {
  print(ISBOOT_TRY(build_own_initramfs(wish)) + "\n");
  return int{kDone};
}

}  // namespace

void add_initramfs(Command& program) {
  Command command =
      program.subcommand("initramfs", "An initramfs that has isboot as its init and nothing else");
  command.requires_subcommand();
  Command build_command = command.subcommand(
      "build", "Write one for this machine's NICs and root file system, or for any machine's");
  const auto options = std::make_shared<InitramfsWish>();
  InitramfsPlan& plan = options->plan;
  build_command.option("--kernel", plan.version, "As uname -r prints it; the running one")
      .value_name("VERSION");
  build_command
      .option("-o,--output", plan.output, "Where it is written; /boot/initrd.img-VERSION.isboot")
      .value_name("FILE");
  const Option all =
      build_command.flag("--all-nics", options->all_nics, "Drivers for NICs of any machine");
  build_command
      .option("--nic-modules", options->nic_modules,
              "Drivers of NICs and of their buses, in place of this machine's")
      .value_name("NAME,NAME")
      .excludes(all);
  build_command
      .option("--root-type", options->root_type,
              "The root's file system; that of this machine's root")
      .value_name("TYPE");
  build_command.option("--base", plan.base, "Take modules and firmware from below this folder")
      .value_name("FOLDER");
  build_command.footer("Exit status: 0 done, 1 failed, 2 usage.");
  build_command.runs([options] { return status_of(build(*options)); });
}

}  // namespace isboot::cli
