// Loads kernel modules where there is no modprobe: one file, no libkmod, which in
// Debian needs libcrypto (4.7 MB) in every initramfs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace isboot::linux_platform {

// Modules below one folder such as /lib/modules/6.1.0-56-amd64, as depmod(8)
// describes it: modules.dep, modules.alias, modules.builtin, modules.softdep.
class Modules {
public:
  // Of the running kernel; a folder that is not there holds no modules.
  static Modules of_running_kernel();
  explicit Modules(std::string folder);

  // Loads the module of this name or alias with all that it needs; '-' and '_' are
  // the same. Loaded already or built in is fine. Errc::NotFound: no such module.
  Result<Done> load(std::string_view name);

  // What load() would take for `name` of the module's kernel: files below the folder, each once,
  // those that others need first. Empty: built in, or no such module.
  std::vector<std::string> files_of(std::string_view name) const;
  // All files of modules.dep whose path begins with `folder`.
  std::vector<std::string> files_below(std::string_view folder) const;
  const std::string& folder() const { return folder_; }

  // Loads every module whose alias fits a device that `sysfs` shows, again until
  // nothing new comes (a bus driver brings new devices). Returns how many were loaded.
  int load_for_devices(const std::string& sysfs = "/sys");

private:
  // The line of modules.dep for `name`, empty when there is none.
  std::string_view dependency_line(std::string_view name) const;
  std::string_view name_of_alias(std::string_view alias, std::size_t& from) const;
  Result<Done> load(std::string_view name, int depth);
  Result<Done> load_alias(std::string_view alias, int depth);
  Result<Done> insert(std::string_view path);
  bool is_there(std::string_view name) const;
  bool is_built_in(std::string_view name) const;
  void collect(std::string_view name, int depth, std::vector<std::string>& files) const;
  std::vector<std::string_view> soft_dependencies_of(std::string_view name) const;

  std::string folder_;
  std::string dependencies_;
  std::string aliases_;
  std::string built_in_;
  std::string soft_dependencies_;
};

}  // namespace isboot::linux_platform
