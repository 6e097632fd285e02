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
    if (done && slot.errand == 0) keep::on_care_done(slot);
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
      return bring_disk_back(slot);
    case boot::PathCare::Release:
      say_other_path(slot);
      return send_errand(slot, Errand::Kind::Remove);
  }
  return Done{};
}

void Keeper::say_other_path(const Slot& slot) {
  const Text line = "another path lives: I/O that waits at the lost one goes there";
  ports_.log.write(LogLevel::Info, line);
  ports_.journal.write(
      {keep::Happening::OtherPath, LogLevel::Info, line, &slot.session->record(), {}});
}

Result<Done> Keeper::bring_disk_back(Slot& slot) {
  if (slot.errand != 0) return Done{};  // its end is told
  const SessionRecord& record = slot.session->record();
  if (folder_->disk_of(record.session, record.lun).empty())
    return send_errand(slot, Errand::Kind::LookFor);
  look_at_disk(slot);
  return Done{};
}

// What the kernel is to do, and may wait for its target with: docs/keeper.md, "What may take time".
Result<Done> Keeper::send_errand(Slot& slot, Errand::Kind kind) {
  const SessionRecord& record = slot.session->record();
  const std::uint32_t number = ++errands_ != 0 ? errands_ : ++errands_;
  if (!ports_.errands.send({.kind = kind,
                            .number = number,
                            .session = record.session,
                            .lun = record.lun,
                            .disk = record.disk}))
    return Error{Errc::NoSpace, 0, "too many errands are under way; tried again"};
  slot.errand = number;
  return Done{};
}

void Keeper::read_errands() {
  while (const auto over = ports_.errands.next())
    for (Slot& slot : slots_)
      if (slot.session && slot.errand == over->number) on_errand_over(slot, *over);
}

void Keeper::on_errand_over(Slot& slot, const ErrandOver& over) {
  const Millis now = ports_.clock.now();
  slot.errand = 0;
  if (over.kind == Errand::Kind::LookFor) {
    // Of one that is lost again nothing is known; it is asked for anew when it is back.
    if (slot.taken_away && slot.session->carried()) look_at_disk(slot);
  } else if (over.error != 0) {
    ports_.log.write(LogLevel::Warning, "sysfs refuses to take a disk away; tried again");
    keep::on_care_failed(slot, boot::PathCare::Release, now);
  } else {
    keep::on_care_done(slot);
    slot.session->set_disk({});  // the next keeper is to bring it back too
    if (slot.session->carried()) slot.care_at = now;
  }
}

// The disk's driver takes a moment after the kernel has found it: its name is asked for
// again until it is there.
void Keeper::look_at_disk(Slot& slot) {
  const SessionRecord& record = slot.session->record();
  const DiskName disk = folder_->disk_of(record.session, record.lun);
  keep::on_disk_looked_for(slot, !disk.empty(), ports_.clock.now());
  if (disk.empty()) return;
  let_commands_wait(record);
  slot.session->set_disk(disk);
}

}  // namespace isboot::linux_platform
