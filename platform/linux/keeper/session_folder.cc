#include "platform/linux/keeper/session_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

Result<SessionFolder> SessionFolder::open() {
  UniqueFd folder{::open("/sys/class/iscsi_session", O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!folder) return system_error(errno, "/sys/class/iscsi_session");
  return SessionFolder{std::move(folder)};
}

bool SessionFolder::is_logged_in(SessionId session) const {
  return read(session, "state").view() == "LOGGED_IN";
}

bool SessionFolder::has(SessionId session, Text target_name) const {
  return read(session, "targetname").view() == target_name;
}

InlineText<255> SessionFolder::read(SessionId session, Text attribute) const {
  std::array<char, 64> path{};  // zeros: the NUL is there
  TextWriter out{std::span{path}.first(path.size() - 1)};
  (out << "session").decimal(session.value) << '/' << attribute;
  InlineText<255> value;
  const UniqueFd file{openat(folder_.get(), path.data(), O_RDONLY | O_CLOEXEC)};
  if (!file) return value;
  std::array<char, 255> content{};
  const ssize_t size = ::read(file.get(), content.data(), content.size());
  if (size <= 0) return value;
  const Text text{content.data(), static_cast<std::size_t>(size)};
  (void)value.assign(slice(text, 0, find(text, '\n')));  // fits: it is no longer than content
  return value;
}

}  // namespace isboot::linux_platform
