// The keeper's memory for the case that it is killed: one record a session, without
// secrets, in a folder that only root enters.
#pragma once

#include "core/keep/keeper.h"
#include "platform/linux/keeper/session_record.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

inline constexpr const char* kStateFolder = "/run/isboot";
inline constexpr const char* kSavedSessions = "/run/isboot/sessions";

using keep::kMaxKept;
using SessionRecords = List<SessionRecord, kMaxKept>;

class StateFile {
public:
  // Makes `folder` (mode 0700) when it is not there.
  static Result<StateFile> open(const char* folder);
  // In a folder that another keeper has opened; its lock goes with the descriptor.
  explicit StateFile(UniqueFd folder) : folder_{std::move(folder)} {}

  int descriptor() const { return folder_.get(); }

  // For as long as a descriptor of the folder is open in this process or in one that it forked.
  // Errc::BadValue: somebody else has it.
  Result<Done> lock() const;

  // What was saved last; empty when nothing was. Records that cannot be read are left
  // out: a session without a record stays with the kernel.
  Result<Done> load(SessionRecords& records) const;
  // Replaces the file as a whole. Opens it below the folder's descriptor, which stays
  // good when the root directory changes.
  Result<Done> save(std::span<const SessionRecord* const> records) const;

private:
  UniqueFd folder_;
};

}  // namespace isboot::linux_platform
