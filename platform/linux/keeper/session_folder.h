// What sysfs says of the kernel's sessions, by a descriptor that stays good when the root
// directory changes. Allocates nothing.
#pragma once

#include "core/ports/initiator.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

class SessionFolder {
public:
  // The errno of the open: ENOENT without the module scsi_transport_iscsi.
  static Result<SessionFolder> open();

  // Whether the session's connection carries I/O; false as well when there is no session.
  bool is_logged_in(SessionId session) const;
  // Whether there is a session of this number with this target: numbers are used again.
  bool has(SessionId session, Text target_name) const;

private:
  explicit SessionFolder(UniqueFd folder) : folder_{std::move(folder)} {}
  InlineText<255> read(SessionId session, Text attribute) const;

  UniqueFd folder_;
};

}  // namespace isboot::linux_platform
