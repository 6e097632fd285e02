#include "app/initramfs/own_initramfs.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <memory>
#include <sstream>

#include "app/initramfs/init_program.h"
#include "app/initramfs/machine_parts.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

constexpr std::size_t kMaxMounts = 1U << 20;
constexpr std::size_t kMaxCpuinfo = 1U << 24;  // two kilobytes for each processor

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

void append(std::vector<std::string>& names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
}

void add_nic_modules(const InitramfsWish& wish, InitramfsPlan& plan) {
  if (!wish.nic_modules.empty()) {
    append(plan.modules, names_in(wish.nic_modules));
  } else if (wish.all_nics) {
    plan.module_folders = all_nic_folders();
    append(plan.modules, all_nic_buses());
  } else {
    append(plan.modules, nic_modules("/sys", boot_nics()));
  }
}

}  // namespace

std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream words{list};
  for (std::string name; std::getline(words, name, ',');) names.push_back(std::move(name));
  return names;
}

Outcome<std::string> build_own_initramfs(InitramfsWish wish) {
  InitramfsPlan& plan = wish.plan;
  if (plan.version.empty()) {
    utsname name{};
    uname(&name);
    plan.version = name.release;
  }
  if (plan.output.empty()) plan.output = plan.base + "/boot/initrd.img-" + plan.version + ".isboot";
  if (wish.root_type.empty()) {
    const auto mounts = linux_platform::read_file("/proc/self/mounts", kMaxMounts);
    RootPlace place;
    ISBOOT_TRY(find_root_place("/sys", mounts ? *mounts : std::string{}, place));
    wish.root_type = place.type;
  }
  plan.modules = boot_modules();
  plan.modules.push_back("fs-" + wish.root_type);
  add_nic_modules(wish, plan);
  plan.nic_names = nic_names("/sys");
  if (const auto text = linux_platform::read_file("/proc/cpuinfo", kMaxCpuinfo); text)
    plan.cpuinfo = *text;
  // By its true name: in the process that copies it /proc/self is another program.
  const std::unique_ptr<char, void (*)(void*)> program{realpath("/proc/self/exe", nullptr),
                                                       std::free};
  if (!program) return Failure{"this program's own file cannot be found", "mount /proc"};
  plan.program = init_program(program.get());
  ISBOOT_TRY(build_initramfs(plan));
  struct stat status {};
  (void)stat(plan.output.c_str(), &status);
  return plan.output + ", " + std::to_string(status.st_size) + " bytes, kernel " + plan.version +
         ", root on " + wish.root_type;
}

}  // namespace isboot::app
