#include "platform/linux/system/modules.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::size_t kMaxList = 16U << 20;  // a whole distribution's modules.alias: 1.5 MB
constexpr int kMaxSoftDepth = 8;             // of soft dependencies
constexpr int kMaxRounds = 4;                // a bus behind a bus behind a bus
constexpr unsigned kCompressed = 4;          // MODULE_INIT_COMPRESSED_FILE

std::string normalised(std::string_view name) {
  std::string result{name};
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

// "kernel/net/core/failover.ko.xz" → "failover"
std::string module_of_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return normalised(path.substr(0, path.find(".ko")));
}

// Takes the first line off `rest`.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

// Takes the first word off `rest`; empty when there is none.
std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// What a line of modules.dep says that its module needs, in the order of loading: depmod lists
// the first one last.
std::vector<std::string_view> needed_by(std::string_view line) {
  std::vector<std::string_view> needed;
  std::string_view rest = line.substr(line.find(':') + 1);
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest))
    needed.push_back(word);
  std::reverse(needed.begin(), needed.end());
  return needed;
}

std::string read_list(const std::string& path) {
  auto content = read_file(path, kMaxList);
  return content ? std::move(*content) : std::string{};
}

std::vector<std::string> folder_entries(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(path.c_str()), closedir};
  if (!folder) return names;
  while (const dirent* entry = readdir(folder.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  return names;
}

std::vector<std::string> device_aliases(const std::string& sysfs) {
  std::vector<std::string> aliases;
  for (const std::string& bus : folder_entries(sysfs + "/bus"))
    for (const std::string& device : folder_entries(sysfs + "/bus/" + bus + "/devices")) {
      const std::string path = sysfs + "/bus/" + bus + "/devices/" + device;
      if (access((path + "/driver").c_str(), F_OK) == 0) continue;  // has its driver
      auto alias = read_file(path + "/modalias", 4096);
      if (!alias || alias->empty()) continue;
      if (alias->back() == '\n') alias->pop_back();
      aliases.push_back(std::move(*alias));
    }
  return aliases;
}

}  // namespace

Modules Modules::of_running_kernel() {
  utsname name{};
  uname(&name);
  return Modules{std::string{"/lib/modules/"} + name.release};
}

Modules::Modules(std::string folder)
    : folder_{std::move(folder)},
      dependencies_{read_list(folder_ + "/modules.dep")},
      aliases_{read_list(folder_ + "/modules.alias")},
      built_in_{read_list(folder_ + "/modules.builtin")},
      soft_dependencies_{read_list(folder_ + "/modules.softdep")} {}

std::string_view Modules::dependency_line(std::string_view name) const {
  std::string_view rest = dependencies_;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (module_of_path(line.substr(0, line.find(':'))) == name) return line;
  }
  return {};
}

// The next module whose alias pattern fits, searching from byte `from` of the list.
std::string_view Modules::name_of_alias(std::string_view alias, std::size_t& from) const {
  std::string_view rest = std::string_view{aliases_}.substr(from);
  const std::string subject{alias};
  while (!rest.empty()) {
    std::string_view line = next_line(rest);
    from = aliases_.size() - rest.size();
    if (next_word(line) != "alias") continue;
    const std::string pattern{next_word(line)};
    if (fnmatch(pattern.c_str(), subject.c_str(), 0) == 0) return next_word(line);
  }
  return {};
}

bool Modules::is_there(std::string_view name) const {
  if (access(("/sys/module/" + std::string{name}).c_str(), F_OK) == 0) return true;
  return is_built_in(name);  // without parameters such a one has no folder in sysfs
}

bool Modules::is_built_in(std::string_view name) const {
  std::string_view rest = built_in_;
  while (!rest.empty())
    if (module_of_path(next_line(rest)) == name) return true;
  return false;
}

Result<Done> Modules::insert(std::string_view path) {
  const std::string whole = folder_ + "/" + std::string{path};
  const UniqueFd fd{open(whole.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return system_error(errno, "the module's file cannot be opened");
  const unsigned flags = path.ends_with(".ko") ? 0 : kCompressed;
  if (syscall(SYS_finit_module, fd.get(), "", flags) != 0 && errno != EEXIST)
    return system_error(errno, "the kernel does not take the module");
  return Done{};
}

// The modules that come first; "post:" ones are not needed to boot.
std::vector<std::string_view> Modules::soft_dependencies_of(std::string_view name) const {
  std::vector<std::string_view> found;
  std::string_view rest = soft_dependencies_;
  while (!rest.empty()) {
    std::string_view line = next_line(rest);
    if (next_word(line) != "softdep" || normalised(next_word(line)) != name) continue;
    bool before = false;
    for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
      if (word.back() == ':')
        before = word == "pre:";
      else if (before)
        found.push_back(word);
    }
  }
  return found;
}

// Every module that has this alias, as modprobe does: "crc32c" is the plain code and the
// processor's instruction. One that loads is enough.
Result<Done> Modules::load_alias(std::string_view alias, int depth) {
  bool loaded = false;
  std::size_t from = 0;
  for (std::string_view name = name_of_alias(alias, from); !name.empty();
       name = name_of_alias(alias, from))
    loaded = load(name, depth + 1).ok() || loaded;
  if (!loaded) return Error{Errc::NotFound, 0, "there is no such module"};
  return Done{};
}

Result<Done> Modules::load(std::string_view name, int depth) {
  if (depth > kMaxSoftDepth) return Error{Errc::BadValue, 0, "soft dependencies form a loop"};
  const std::string file_name = normalised(name);
  if (is_there(file_name)) return Done{};
  const std::string_view line = dependency_line(file_name);
  if (line.empty()) return load_alias(name, depth);
  for (const std::string_view soft : soft_dependencies_of(file_name))
    (void)load(soft, depth + 1);  // may be missing
  for (const std::string_view path : needed_by(line))
    if (!is_there(module_of_path(path))) ISBOOT_TRY(insert(path));
  return insert(line.substr(0, line.find(':')));
}

Result<Done> Modules::load(std::string_view name) { return load(name, 0); }

void Modules::collect(std::string_view name, int depth, std::vector<std::string>& files) const {
  if (depth > kMaxSoftDepth) return;
  const std::string file_name = normalised(name);
  if (is_built_in(file_name)) return;
  const std::string_view line = dependency_line(file_name);
  if (line.empty()) {
    std::size_t from = 0;
    for (std::string_view real = name_of_alias(name, from); !real.empty();
         real = name_of_alias(name, from))
      collect(real, depth + 1, files);
    return;
  }
  for (const std::string_view soft : soft_dependencies_of(file_name))
    collect(soft, depth + 1, files);
  const auto add = [&](std::string_view path) {
    if (std::find(files.begin(), files.end(), path) == files.end()) files.emplace_back(path);
  };
  for (const std::string_view path : needed_by(line)) add(path);
  add(line.substr(0, line.find(':')));
}

std::vector<std::string> Modules::files_of(std::string_view name) const {
  std::vector<std::string> files;
  collect(name, 0, files);
  return files;
}

std::vector<std::string> Modules::files_below(std::string_view folder) const {
  std::vector<std::string> files;
  std::string_view rest = dependencies_;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (line.starts_with(folder)) files.emplace_back(line.substr(0, line.find(':')));
  }
  return files;
}

int Modules::load_for_devices(const std::string& sysfs) {
  int loaded = 0;
  for (int round = 0; round < kMaxRounds; ++round) {
    int now = 0;
    for (const std::string& alias : device_aliases(sysfs)) {
      std::size_t from = 0;
      for (std::string_view name = name_of_alias(alias, from); !name.empty();
           name = name_of_alias(alias, from)) {
        if (!is_there(normalised(name)) && load(name, 0)) ++now;
      }
    }
    loaded += now;
    if (now == 0) break;
  }
  return loaded;
}

}  // namespace isboot::linux_platform
