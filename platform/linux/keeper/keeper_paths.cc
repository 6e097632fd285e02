// The keeper's part for several paths to one disk: what core/boot/path_care.h decides.
#include "platform/linux/keeper/keeper.h"

namespace isboot::linux_platform {
namespace {

constexpr Millis kLookAgain = 1'000;
// A target may lack the LUN: somebody may still add it, but there is no hurry.
constexpr Millis kDiskComesWithin = 60'000;
constexpr Millis kLookAgainLater = 3'600'000;

}  // namespace

bool Keeper::paths_have_changed() {
  bool changed = false;
  const Millis now = ports_.clock.now();
  for (Slot& slot : slots_) {
    const bool carried = slot.session && slot.session->carried();
    if (carried != slot.was_carried || (slot.session && slot.care_at <= now)) changed = true;
    slot.was_carried = carried;
  }
  // All of them are looked at now, and say anew when that is to be done again.
  if (changed)
    for (Slot& slot : slots_) slot.care_at = kNever;
  return changed;
}

void Keeper::care_for_paths() {
  std::array<boot::PathStatus, kMaxKept> sights{};
  const Millis now = ports_.clock.now();
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    Slot& slot = slots_[i];
    if (!slot.session || core_->ends(i)) continue;
    const SessionRecord& record = slot.session->record();
    if (slot.disk_id.empty()) slot.disk_id = folder_->disk_id(record.disk);
    const bool carried = slot.session->carried();
    sights[i] = {.disk_id = slot.disk_id,
                 .shared = folder_->is_path_of_multipath(record.disk),
                 .carried = carried,
                 .holds = !carried && folder_->holds_for_ever(record.session),
                 .taken_away = slot.taken_away,
                 .lost_for = carried ? 0 : now - slot.session->history().since};
  }
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    if (!slots_[i].session) continue;
    const auto done = care_for_path(slots_[i], boot::care_for(sights, i));
    if (!done) ports_.log.write(LogLevel::Warning, done.error().text);
  }
}

Result<Done> Keeper::care_for_path(Slot& slot, boot::PathCare care) {
  const SessionRecord& record = slot.session->record();
  const auto limit = record.kernel.recovery_timeout;  // the user's
  const auto soon = limit && *limit < boot::kFailOver ? *limit : boot::kFailOver;
  switch (care) {
    case boot::PathCare::Leave:
      break;
    case boot::PathCare::Hold:
      return folder_->set_recovery_limit(record.session, limit);
    case boot::PathCare::Limit:
      return folder_->set_recovery_limit(record.session, soon);
    case boot::PathCare::BringBack:
      // One that never had a disk may be the only path to it.
      if (!record.disk.empty()) ISBOOT_TRY(folder_->set_recovery_limit(record.session, soon));
      bring_disk_back(slot);
      break;
    case boot::PathCare::Wait:
      slot.care_at = slot.session->history().since + boot::kFailOver * Millis{1000};
      break;
    case boot::PathCare::Release:
      slot.taken_away = true;
      ports_.log.write(LogLevel::Info,
                       "another path lives: I/O that waits at the lost one goes there");
      return folder_->remove(record.disk);
  }
  return Done{};
}

// The disk's driver takes a moment after the kernel has found it: its name is asked for
// again until it is there.
void Keeper::bring_disk_back(Slot& slot) {
  const SessionRecord& record = slot.session->record();
  DiskName disk = folder_->disk_of(record.session, record.lun);
  if (disk.empty()) (void)folder_->look_for(record.session, record.lun);
  disk = folder_->disk_of(record.session, record.lun);
  if (disk.empty()) {
    const Millis now = ports_.clock.now();
    const bool soon = now - slot.session->history().since < kDiskComesWithin;
    slot.care_at = now + (soon ? kLookAgain : kLookAgainLater);
    return;
  }
  let_commands_wait(record);
  slot.taken_away = false;
  slot.session->set_disk(disk);
  slot.care_at = ports_.clock.now() + kLookAgain;  // the multipath driver takes it meanwhile
}

}  // namespace isboot::linux_platform
