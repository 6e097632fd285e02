#include "platform/linux/system/root_file_system.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "core/boot/growing_span.h"
#include "core/boot/parameters.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/root_device.h"
#include "platform/linux/system/uevents.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr Millis kLongestSilence = 60'000;

struct MountFlag {
  const char* name;
  unsigned long set;
  unsigned long clear;
};
// The options that mount(2) takes as flags; all others go to the file system as text.
constexpr MountFlag kMountFlags[] = {
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"noatime", MS_NOATIME, 0},
    {"atime", 0, MS_NOATIME},
    {"relatime", MS_RELATIME, 0},
    {"norelatime", 0, MS_RELATIME},
    {"strictatime", MS_STRICTATIME, 0},
    {"lazytime", MS_LAZYTIME, 0},
    {"nodiratime", MS_NODIRATIME, 0},
    {"nodev", MS_NODEV, 0},
    {"nosuid", MS_NOSUID, 0},
    {"noexec", MS_NOEXEC, 0},
    {"sync", MS_SYNCHRONOUS, 0},
    {"dirsync", MS_DIRSYNC, 0},
    {"defaults", 0, 0},
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// Sets the flags that `options` name and returns the rest, for the file system.
std::string take_flags(const std::string& options, unsigned long& flags) {
  std::string rest;
  for (const std::string& option : split(options, ',')) {
    const MountFlag* known = nullptr;
    for (const MountFlag& flag : kMountFlags)
      if (option == flag.name) known = &flag;
    if (known != nullptr)
      flags = (flags & ~known->clear) | known->set;
    else
      rest += (rest.empty() ? "" : ",") + option;
  }
  return rest;
}

bool is_block_device(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode);
}

bool is_tag(const std::string& name) {
  return name == "UUID" || name == "LABEL" || name == "PARTUUID" || name == "PARTLABEL";
}

// One look; empty when the device is not there yet.
std::string look_for(const std::string& root, const std::string& booted, Log& log) {
  const std::size_t equals = root.find('=');
  if (equals != std::string::npos) {
    const auto found = find_devices_by_tag(root.substr(0, equals), root.substr(equals + 1),
                                           booted.substr(booted.rfind('/') + 1));
    if (found.empty()) return {};
    for (std::size_t i = 1; i < found.size(); ++i)
      log.write(LogLevel::Warning, "root=" + root + " is " + found[0] + " and " + found[i] +
                                       "; taking " + found[0] +
                                       "; next: give the copy another UUID or label");
    return "/dev/" + found[0];
  }
  if (root.front() != '/') {  // 8:1, as the kernel writes it
    std::array<char, 256> target{};
    const std::string link = "/sys/dev/block/" + root;
    const ssize_t size = readlink(link.c_str(), target.data(), target.size());
    if (size <= 0) return {};
    const std::string path{target.data(), static_cast<std::size_t>(size)};
    return "/dev/" + path.substr(path.rfind('/') + 1);
  }
  return is_block_device(root) ? root : std::string{};
}

}  // namespace

RootOptions RootOptions::from_command_line(Text command_line) {
  const auto value = [command_line](Text name) {
    return std::string{boot::command_line_value(command_line, name).value_or(Text{})};
  };
  RootOptions options;
  options.root = value("root");
  options.types = value("rootfstype");
  options.flags = value("rootflags");
  options.init = value("init");
  options.read_only = !boot::command_line_switch(command_line, "rw", "ro");
  for (const Text name : {"rootdelay", "rootwait"}) {
    const auto seconds = parse_decimal(value(name), kForEverRoot / 1000);
    if (seconds) options.at_least = std::max(options.at_least, *seconds * Millis{1000});
  }
  const auto wait = boot::command_line_value(command_line, "rootwait");
  if (wait && wait->empty()) options.at_least = kForEverRoot;
  return options;
}

bool RootOptions::writable() const {
  unsigned long mount_flags = read_only ? MS_RDONLY : 0;
  (void)take_flags(flags, mount_flags);
  return (mount_flags & MS_RDONLY) == 0;
}

Result<std::string> find_root_device(const std::string& root, const std::string& booted,
                                     Clock& clock, const RootWait& wait, Log& log) {
  if (root.empty()) return Error{Errc::BadValue, 0, "root= is not on the kernel command line"};
  const std::size_t equals = root.find('=');
  const bool is_number = root.find(':') != std::string::npos && equals == std::string::npos;
  if (equals != std::string::npos ? !is_tag(root.substr(0, equals))
                                  : root.front() != '/' && !is_number)
    return Error{Errc::BadValue, 0, "root= has no form that is known"};
  Uevents uevents = ISBOOT_TRY(Uevents::open(clock));
  boot::GrowingSpan words{wait.first_word, kLongestSilence};
  Millis word = words.end(clock.now(), wait.deadline);
  for (;;) {
    std::string device = look_for(root, booted, log);
    if (!device.empty()) return device;
    const bool told = uevents.wait(word);
    const Millis now = clock.now();
    if (told && now < word) continue;
    if (now >= wait.deadline) return Error{Errc::TimedOut, 0, "no such device appeared"};
    const Millis left = wait.deadline - now;
    log.write(LogLevel::Warning,
              "root=" + root + ": not there yet, looking for " +
                  (left > kForEverRoot / 2 ? "it for ever (rootwait)"
                                           : std::to_string(left / 1000) + " s more"));
    word = words.end(now, wait.deadline);
  }
}

Result<std::string> mount_root(const std::string& device, const RootOptions& options,
                               const std::string& where, Modules& modules) {
  std::vector<std::string> types = split(options.types, ',');
  if (types.empty()) types.push_back(file_system_type(device));
  if (types.front().empty())
    return Error{Errc::NotFound, 0, "no file system was recognised; set rootfstype="};
  unsigned long flags = 0;
  const std::string data = take_flags(options.flags, flags);
  mkdir(where.c_str(), 0755);
  int error = 0;
  for (const std::string& type : types) {
    (void)modules.load(type);  // built in, or mount says what is missing
    if (mount(device.c_str(), where.c_str(), type.c_str(), flags | MS_RDONLY, data.c_str()) == 0)
      return type;
    error = errno;
  }
  return system_error(error, "the root file system cannot be mounted");
}

Result<Done> make_root_writable(const RootOptions& options) {
  unsigned long flags = 0;
  (void)take_flags(options.flags, flags);
  if (mount(nullptr, "/", nullptr, MS_REMOUNT | flags, nullptr) == 0) return Done{};
  return system_error(errno, "the root file system cannot be made writable");
}

Error run_init(const std::string& init, char** arguments) {
  constexpr const char* kUsual[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};
  std::vector<std::string> candidates{init};
  if (init.empty()) candidates.assign(std::begin(kUsual), std::end(kUsual));
  int error = ENOENT;
  for (std::string& path : candidates) {
    arguments[0] = path.data();
    execv(path.c_str(), arguments);
    if (errno != ENOENT) error = errno;
  }
  return system_error(error, "no init can be run");
}

}  // namespace isboot::linux_platform
