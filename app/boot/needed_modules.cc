#include "app/boot/needed_modules.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "app/failure.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/modules.h"

namespace isboot::app {
namespace {

constexpr const char* kModprobe[] = {"/sbin/modprobe", "/usr/sbin/modprobe"};

const char* modprobe() {
  for (const char* path : kModprobe)
    if (access(path, X_OK) == 0) return path;
  return nullptr;
}

bool run_modprobe(const char* program, const std::vector<std::string>& names) {
  std::vector<std::string> words = {program, "-q", "-a", "--"};
  words.insert(words.end(), names.begin(), names.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execv(program, arguments.data());
    _exit(127);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

// On Intel's processors the alias "crc32c" leads to two modules, the plain code and theirs. To find
// out that both are there by depmod's files takes longer than all else before the NIC.
bool has_crc32c(const std::string& modules) {
  return not_loaded({"crc32c", "crc32c_intel"}, modules).size() < 2;
}

}  // namespace

std::vector<std::string> not_loaded(std::vector<std::string> names, const std::string& modules) {
  std::erase_if(names, [&modules](const std::string& name) {
    return access((modules + "/" + name).c_str(), F_OK) == 0;
  });
  return names;
}

void load_modules(const std::vector<std::string>& names, Log& log, const std::string& shown) {
  std::vector<std::string> missing = not_loaded(names, shown);
  if (missing.empty()) return;
  if (const char* program = modprobe(); program != nullptr && run_modprobe(program, missing))
    return;
  auto modules = linux_platform::Modules::of_running_kernel();
  for (const std::string& name : not_loaded(std::move(missing), shown))
    if (const auto loaded = modules.load(name); !loaded)
      log.write(LogLevel::Warning, in_one_line({"module " + name + ": " + in_words(loaded.error()),
                                                "put it into the initramfs"}));
}

void load_boot_modules(bool vlan, Log& log, const std::string& modules) {
  std::vector<std::string> names = {"iscsi_tcp", "sd_mod"};
  // The kernel asks modprobe for these itself.
  if (modprobe() == nullptr) {
    // Newer kernels (7.3) have none and need none; an older one says itself what it misses.
    if (!has_crc32c(modules)) (void)linux_platform::Modules::of_running_kernel().load("crc32c");
    if (vlan) names.push_back("8021q");
  }
  load_modules(names, log, modules);
}

void load_table_module(Log& log) {
  if (access("/sys/firmware/efi", F_OK) == 0) return;  // ACPI's, or none
  const linux_platform::UniqueFd memory{open("/dev/mem", O_RDONLY | O_CLOEXEC)};
  if (!memory && errno != ENOENT) load_modules({"iscsi_ibft"}, log);
}

}  // namespace isboot::app
