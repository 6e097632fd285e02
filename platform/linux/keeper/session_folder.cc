#include "platform/linux/keeper/session_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "platform/linux/initiator/disk.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// A path below sysfs's folder "class", with its NUL.
class Path {
public:
  TextWriter& out() { return out_; }
  operator const char*() const { return buffer_.data(); }  // NOLINT: as open(2) takes it

private:
  std::array<char, 192> buffer_{};  // zeros: the NUL is there
  TextWriter out_{std::span{buffer_}.first(buffer_.size() - 1)};
};

Path of_session(SessionId session) {
  Path path;
  (path.out() << "iscsi_session/session").decimal(session.value) << '/';
  return path;
}

// "/dev/sda" is block/sda.
Path of_disk(const DiskName& disk) {
  Path path;
  path.out() << "block/" << part_of(disk, Text{"/dev/"}.size()) << '/';
  return path;
}

// The first entry of a folder whose name begins with `start`; empty: it has none. The C library's
// readdir() would allocate.
Result<InlineText<63>> try_first_entry(int parent, const char* path, Text start) {
  InlineText<63> name;
  const UniqueFd folder{openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder) return system_error(errno, "sysfs has no such folder");
  alignas(dirent64) std::array<char, 2048> entries;
  for (;;) {
    const long size = syscall(SYS_getdents64, folder.get(), entries.data(), entries.size());
    if (size < 0) return system_error(errno, "a folder of sysfs cannot be read");
    if (size == 0) return name;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
      const Text found{entry->d_name};
      if (same_text(part_of(found, 0, start.size()), start) && name.assign(found)) return name;
      at += entry->d_reclen;
    }
  }
}

InlineText<63> first_entry(int parent, const char* path, Text start) {
  const auto entry = try_first_entry(parent, path, start);
  return entry ? *entry : InlineText<63>{};
}

bool is_missing(const Error& error) {
  const int number = errno_of(error.code);
  return number == ENOENT || number == ENODEV;
}

}  // namespace

Result<SessionFolder> SessionFolder::open(const char* classes) {
  UniqueFd folder{::open(classes, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || faccessat(folder.get(), "iscsi_session", F_OK, 0) != 0)
    return system_error(errno, "sysfs has no iscsi_session");
  return SessionFolder{std::move(folder)};
}

bool SessionFolder::move_to(int descriptor) {
  if (dup2(folder_.get(), descriptor) < 0) return false;
  folder_.reset(descriptor);
  return true;
}

bool SessionFolder::move_above(int descriptor) {
  UniqueFd moved{fcntl(folder_.get(), F_DUPFD_CLOEXEC, descriptor)};
  if (!moved) return false;
  folder_ = std::move(moved);
  return true;
}

bool SessionFolder::is_logged_in(SessionId session) const {
  return read(session, "state").view() == "LOGGED_IN";
}

Result<Done> SessionFolder::find(SessionId session, Text target_name, bool unused) const {
  const auto name = try_read(session, "targetname");
  if (!name && !is_missing(name.error())) return name.error();
  if (name && name->view() == target_name) return Done{};
  // The kernel learns the target's name after the first login.
  if (name && unused && name->view() == "(null)") return Done{};
  return Error{Errc::NotFound, 0, "the kernel has no such session"};
}

bool SessionFolder::is_lost(SessionId session) const {
  const auto state = try_read(session, "state");
  return state ? state->view() != "LOGGED_IN" : is_missing(state.error());
}

bool SessionFolder::is_unbound(SessionId session) const {
  Path path = of_session(session);
  path.out() << "device";
  const auto target = try_first_entry(folder_.get(), path, "target");
  return target ? target->empty() : is_missing(target.error());
}

Result<Done> SessionFolder::set_recovery_limit(SessionId session,
                                               std::optional<std::uint32_t> limit) const {
  Path path = of_session(session);
  path.out() << "recovery_tmo";
  std::array<char, 16> buffer{};
  TextWriter value{buffer};
  if (limit)
    value.decimal(*limit);
  else
    value << "off";
  return write(path, value.text());
}

bool SessionFolder::holds_for_ever(SessionId session) const {
  return read(session, "recovery_tmo").view() == "off";
}

Result<Done> SessionFolder::retry_for_ever(SessionId session, const Lun& lun) const {
  return write_of_disk(session, lun, "max_retries", "-1");
}

Result<Done> SessionFolder::forget_cache(SessionId session, const Lun& lun) const {
  return write_of_disk(session, lun, "cache_type", "temporary write through");
}

Result<Done> SessionFolder::write_of_disk(SessionId session, const Lun& lun, Text attribute,
                                          Text value) const {
  const auto host = host_of(session);
  if (!host) return Error{Errc::NotFound, 0, "the session has no host"};
  Path path;
  (path.out() << "scsi_disk/").decimal(*host) << ":0:0:";
  path.out().decimal(kernel_lun(lun)) << '/' << attribute;
  return write(path, value);
}

DiskId SessionFolder::disk_id(const DiskName& disk) const {
  Path path = of_disk(disk);
  path.out() << "device/wwid";
  DiskId id;
  // One that is too long is none: two that differ only behind its end would be taken for one.
  (void)id.assign(read(path));
  return id;
}

std::optional<MultipathPath> SessionFolder::path_of_multipath(const DiskName& disk) const {
  Path holders = of_disk(disk);
  holders.out() << "holders";
  const auto holder = first_entry(folder_.get(), holders, "dm-");
  if (holder.empty()) return std::nullopt;
  const auto read_of = [&](Text folder, Text attribute) {
    Path path = of_disk(disk);
    path.out() << folder << attribute;
    return read(path);
  };
  std::array<char, 80> buffer{};
  TextWriter of_holder{buffer};
  of_holder << "holders/" << holder << '/';
  if (part_of(read_of(of_holder.text(), "dm/uuid"), 0, 6) != "mpath-") return std::nullopt;
  MultipathPath path;
  const bool fit = path.device.assign(read_of(of_holder.text(), "dev")).ok() &&
                   path.disk.assign(read_of("", "dev")).ok();
  if (!fit) return std::nullopt;
  return path;
}

Result<Done> SessionFolder::remove(const DiskName& disk) const {
  Path path = of_disk(disk);
  path.out() << "device/delete";
  return write(path, "1");
}

Result<Done> SessionFolder::look_for(SessionId session, const Lun& lun) const {
  const auto host = host_of(session);
  if (!host) return Error{Errc::NotFound, 0, "the session has no host"};
  Path path;
  (path.out() << "scsi_host/host").decimal(*host) << "/scan";
  std::array<char, 32> buffer{};
  TextWriter value{buffer};
  (value << "0 0 ").decimal(kernel_lun(lun));
  return write(path, value.text());
}

DiskName SessionFolder::disk_of(SessionId session, const Lun& lun) const {
  DiskName name;
  const auto host = host_of(session);
  if (!host) return name;
  Path path;
  (path.out() << "scsi_device/").decimal(*host) << ":0:0:";
  path.out().decimal(kernel_lun(lun)) << "/device/block";
  const auto disk = first_entry(folder_.get(), path, "sd");
  if (disk.empty()) return name;
  std::array<char, 72> buffer{};
  TextWriter out{buffer};
  out << "/dev/" << disk;
  (void)name.assign(out.text());  // one that is too long stays empty
  return name;
}

// The session's link leads to …/host3/session1/….
std::optional<std::uint32_t> SessionFolder::host_of(SessionId session) const {
  Path path;
  (path.out() << "iscsi_session/session").decimal(session.value);
  std::array<char, 256> target;
  const ssize_t size = readlinkat(folder_.get(), path, target.data(), target.size());
  if (size <= 0) return std::nullopt;
  Text rest{target.data(), static_cast<std::size_t>(size)};
  while (!rest.empty()) {
    const std::size_t slash = position_of(rest, '/');
    const Text part = part_of(rest, 0, slash);
    if (part_of(part, 0, 4) == "host")
      if (const auto number = parse_decimal(part_of(part, 4), UINT32_MAX))
        return static_cast<std::uint32_t>(*number);
    if (slash == Text::npos) break;
    rest = part_of(rest, slash + 1);
  }
  return std::nullopt;
}

InlineText<255> SessionFolder::read(SessionId session, Text attribute) const {
  Path path = of_session(session);
  path.out() << attribute;
  return read(path);
}

InlineText<255> SessionFolder::read(const char* path) const {
  const auto value = try_read(path);
  return value ? *value : InlineText<255>{};
}

Result<InlineText<255>> SessionFolder::try_read(SessionId session, Text attribute) const {
  Path path = of_session(session);
  path.out() << attribute;
  return try_read(path);
}

Result<InlineText<255>> SessionFolder::try_read(const char* path) const {
  const UniqueFd file{openat(folder_.get(), path, O_RDONLY | O_CLOEXEC)};
  if (!file) return system_error(errno, "sysfs has no such file");
  std::array<char, 255> content{};
  const ssize_t size = ::read(file.get(), content.data(), content.size());
  if (size < 0) return system_error(errno, "sysfs cannot be read");
  InlineText<255> value;
  const Text text{content.data(), static_cast<std::size_t>(size)};
  (void)value.assign(part_of(text, 0, position_of(text, '\n')));  // fits: no longer than content
  return value;
}

Result<Done> SessionFolder::write(const char* path, Text value) const {
  const UniqueFd file{openat(folder_.get(), path, O_WRONLY | O_CLOEXEC)};
  if (!file) return system_error(errno, "sysfs has no such file");
  if (::write(file.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size()))
    return system_error(errno, "sysfs refuses");
  return Done{};
}

}  // namespace isboot::linux_platform
