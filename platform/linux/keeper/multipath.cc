#include "platform/linux/keeper/multipath.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// One request and its answer. Six paths take less than 300 bytes.
struct Request {
  dm_ioctl head{};
  alignas(dm_target_spec) std::array<char, 2048> data{};

  Text answer() const {
    const std::size_t start = head.data_start + sizeof(dm_target_spec);
    const char* const first = reinterpret_cast<const char*>(this) + start;
    return {first, strnlen(first, sizeof *this - start)};
  }
};

// "254:0".
std::optional<std::uint64_t> number_of(Text device) {
  const std::size_t colon = position_of(device, ':');
  if (colon == Text::npos) return std::nullopt;
  const auto major_part = parse_decimal(part_of(device, 0, colon), UINT32_MAX);
  const auto minor_part = parse_decimal(part_of(device, colon + 1), UINT32_MAX);
  if (!major_part || !minor_part) return std::nullopt;
  return makedev(static_cast<unsigned>(*major_part), static_cast<unsigned>(*minor_part));
}

Result<Done> ask(int devices, unsigned long what, Text device, Request& request) {
  const UniqueFd control{openat(devices, DM_DIR "/" DM_CONTROL_NODE, O_RDWR | O_CLOEXEC)};
  if (!control) return system_error(errno, "there is no /dev/mapper/control");
  const auto number = number_of(device);
  if (!number) return Error{Errc::BadValue, 0, "no number of a device"};
  request.head.version[0] = DM_VERSION_MAJOR;
  request.head.data_size = sizeof request;
  request.head.data_start = offsetof(Request, data);
  request.head.dev = *number;
  if (ioctl(control.get(), what, &request) != 0)
    return system_error(errno, "dm-multipath refuses to use a path again");
  return Done{};
}

}  // namespace

bool has_failed(Text status, Text disk) {
  bool follows = false;
  while (!status.empty()) {
    const std::size_t space = position_of(status, ' ');
    const Text word = part_of(status, 0, space);
    if (follows) return word == "F";
    follows = word == disk;
    if (space == Text::npos) break;
    status = part_of(status, space + 1);
  }
  return false;
}

void DmMultipath::open(const char* devices) {
  devices_.reset(::open(devices, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

MultipathUse DmMultipath::use_of(const MultipathPath& path) {
  Request request;
  if (!ask(devices_.get(), DM_TABLE_STATUS, path.device, request)) return {};
  if (request.head.target_count != 1 || (request.head.flags & DM_BUFFER_FULL_FLAG) != 0) return {};
  if (request.head.data_start > sizeof request - sizeof(dm_target_spec)) return {};
  return {.failed = has_failed(request.answer(), path.disk),
          .unused = request.head.open_count == 0};
}

Result<Done> DmMultipath::reinstate(const MultipathPath& path) {
  return send("reinstate_path ", path);
}

Result<Done> DmMultipath::tell_udev(const MultipathPath& path) {
  if (!use_of(path).unused) return Done{};
  ISBOOT_TRY(send("fail_path ", path));
  return reinstate(path);
}

Result<Done> DmMultipath::send(Text message, const MultipathPath& path) {
  Request request;
  // dm_target_msg: the sector that tells which target, then the words.
  TextWriter words{std::span{request.data}.subspan(offsetof(dm_target_msg, message))};
  words << message << path.disk.view();
  return ask(devices_.get(), DM_TARGET_MSG, path.device, request);
}

}  // namespace isboot::linux_platform
