// The keeper's part for several paths to one disk: what core/boot/path_care.h and
// core/keep/path_turn.h decide.
#include "platform/linux/keeper/keeper.h"

namespace isboot::linux_platform {

bool Keeper::paths_have_changed() {
  bool changed = false;
  const Millis now = ports_.clock.now();
  for (Slot& slot : slots_) {
    const bool carried = slot.session && !core_->ends(index_of(slot)) && slot.session->carried();
    changed = keep::is_due(slot, carried, now) || changed;
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
    Slot& slot = slots_[i];
    const boot::PathCare care = boot::care_for(sights, i);
    keep::on_care(slot, care, slot.session->history().since);
    const auto done = care_for_path(slot, care);
    if (done) continue;
    ports_.log.write(LogLevel::Warning, done.error().text);
    keep::on_care_failed(slot, care, now);
  }
}

Result<Done> Keeper::care_for_path(Slot& slot, boot::PathCare care) {
  const SessionRecord& record = slot.session->record();
  const auto limit = record.kernel.recovery_timeout;  // the user's
  const auto soon = limit && *limit < boot::kFailOver ? *limit : boot::kFailOver;
  switch (care) {
    case boot::PathCare::Leave:
    case boot::PathCare::Wait:
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
    case boot::PathCare::Release:
      ports_.log.write(LogLevel::Info,
                       "another path lives: I/O that waits at the lost one goes there");
      ISBOOT_TRY(folder_->remove(record.disk));
      slot.session->set_disk({});  // the next keeper is to bring it back too
      break;
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
  keep::on_disk_looked_for(slot, !disk.empty(), slot.session->history().since, ports_.clock.now());
  if (disk.empty()) return;
  let_commands_wait(record);
  slot.session->set_disk(disk);
}

}  // namespace isboot::linux_platform
