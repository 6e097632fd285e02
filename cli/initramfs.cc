#include <sys/stat.h>
#include <sys/utsname.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "app/initramfs/build.h"
#include "app/initramfs/machine_parts.h"
#include "cli/command.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/system/file.h"

namespace isboot::cli {
namespace {

constexpr std::size_t kMaxMounts = 1U << 20;

struct InitramfsOptions {
  InitramfsPlan plan;
  std::string root_type;
  bool all_nics = false;
  std::string nic_modules;  // with commas between them
};

int fail(const Failure& failure) {
  std::fprintf(stderr, "isboot: %s\nisboot: next: %s\n", failure.message.c_str(),
               failure.next_step.c_str());
  return kFailed;
}

// Those that firmware's table names; without one, none.
std::vector<MacAddress> boot_nics() {
  std::vector<MacAddress> macs;
  const auto found = linux_platform::choose_table("auto");
  ibft::Table table;
  ibft::Findings findings;
  if (!found || !linux_platform::decode(*found, table, findings)) return macs;
  for (const ibft::Nic& nic : table.nics) macs.push_back(nic.mac);
  return macs;
}

std::vector<std::string> names_of(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream words{list};
  for (std::string name; std::getline(words, name, ',');) names.push_back(std::move(name));
  return names;
}

int build(InitramfsOptions options) {
  InitramfsPlan& plan = options.plan;
  if (plan.version.empty()) {
    utsname name{};
    uname(&name);
    plan.version = name.release;
  }
  if (plan.output.empty()) plan.output = plan.base + "/boot/initrd.img-" + plan.version + ".isboot";
  if (options.root_type.empty()) {
    const auto mounts = linux_platform::read_file("/proc/self/mounts", kMaxMounts);
    RootPlace place;
    if (const auto failed = find_root_place("/sys", mounts ? *mounts : std::string{}, place))
      return fail(*failed);
    options.root_type = place.type;
  }
  plan.modules = boot_modules();
  plan.modules.push_back("fs-" + options.root_type);
  const auto add = [&plan](const std::vector<std::string>& names) {
    plan.modules.insert(plan.modules.end(), names.begin(), names.end());
  };
  if (!options.nic_modules.empty()) {
    add(names_of(options.nic_modules));
  } else if (options.all_nics) {
    plan.module_folders = all_nic_folders();
    add(all_nic_buses());
  } else {
    add(nic_modules("/sys", boot_nics()));
  }
  // By its true name: in the process that copies it /proc/self is another program.
  const std::unique_ptr<char, void (*)(void*)> program{realpath("/proc/self/exe", nullptr),
                                                       std::free};
  if (!program) return fail({"this program's own file cannot be found", "mount /proc"});
  plan.program = program.get();
  if (const auto failed = build_initramfs(plan)) return fail(*failed);
  struct stat status {};
  (void)stat(plan.output.c_str(), &status);
  std::printf("%s, %jd bytes, kernel %s, root on %s\n", plan.output.c_str(),
              static_cast<std::intmax_t>(status.st_size), plan.version.c_str(),
              options.root_type.c_str());
  return kDone;
}

}  // namespace

void add_initramfs(Command& program) {
  Command command =
      program.subcommand("initramfs", "An initramfs that has isboot as its init and nothing else");
  command.requires_subcommand();
  Command build_command = command.subcommand(
      "build", "Write one for this machine's NICs and root file system, or for any machine's");
  const auto options = std::make_shared<InitramfsOptions>();
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
  build_command.runs([options] { return build(*options); });
}

}  // namespace isboot::cli
