// The keeper's part for several paths to one disk: what core/boot/path_care.h and
// core/keep/path_turn.h decide.
#include "platform/linux/keeper/keeper.h"

namespace isboot::linux_platform {

using keep::PathTurn;

bool Keeper::paths_have_changed() {
  std::array<bool, kMaxKept> carried{};
  for (std::size_t i = 0; i < kMaxKept; ++i)
    carried[i] = slots_[i].session && !core_->ends(i) && slots_[i].session->carried();
  return paths_.are_due(carried, ports_.clock.now());
}

void Keeper::care_for_paths() {
  std::array<boot::PathStatus, kMaxKept> sights{};
  const Millis now = ports_.clock.now();
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    Slot& slot = slots_[i];
    if (!slot.session || core_->ends(i)) continue;
    const SessionRecord& record = slot.session->record();
    const DiskId disk_id = folder_->disk_id(record.disk);
    if (!disk_id.empty()) slot.disk_id = disk_id;
    const bool carried = slot.session->carried();
    const auto path = folder_->path_of_multipath(record.disk);
    const MultipathUse use = path && carried ? ports_.multipath.use_of(*path) : MultipathUse{};
    sights[i] = {.disk_id = slot.disk_id,
                 .shared = path.has_value(),
                 .carried = carried,
                 .failed = use.failed,
                 .unused = use.unused,
                 .holds = !carried && folder_->holds_for_ever(record.session),
                 .taken_away = paths_[i].taken_away(),
                 .gone = !record.disk.empty() && !slot.disk_id.empty() && disk_id.empty(),
                 .lost_for = carried ? 0 : now - slot.session->history().since};
  }
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    if (!slots_[i].session || core_->ends(i)) continue;
    const SessionRecord& record = slots_[i].session->record();
    on_path(slots_[i], {.kind = PathTurn::Event::Kind::Care,
                        .care = boot::care_for(sights, i),
                        .has_disk = !record.disk.empty() && !slots_[i].disk_id.empty(),
                        .reinstate = boot::reinstatement_of(sights, i),
                        .limit = record.kernel.recovery_timeout});
  }
}

void Keeper::on_path(Slot& slot, PathTurn::Event event) {
  std::optional<PathTurn::Event> next = event;
  DiskName seen;
  while (next) {
    next->carried = slot.session->carried();
    next->since = slot.session->history().since;
    next = carry_out(slot, paths_[index_of(slot)].on_event(*next, ports_.clock.now()), seen);
  }
}

// What came of it; nothing when nobody waits for that. `seen`: what was looked at or forgotten
// last.
std::optional<PathTurn::Event> Keeper::carry_out(Slot& slot, const PathTurn::Do& what,
                                                 DiskName& seen) {
  using Kind = PathTurn::Event::Kind;
  const SessionRecord& record = slot.session->record();
  switch (what.kind) {
    case PathTurn::Do::Kind::Nothing:
      break;
    case PathTurn::Do::Kind::SetLimit: {
      const auto set = folder_->set_recovery_limit(record.session, what.limit);
      if (!set) ports_.log.write(LogLevel::Warning, set.error().text);
      return PathTurn::Event{.kind = Kind::LimitSet, .done = set.ok()};
    }
    case PathTurn::Do::Kind::Reinstate:
    case PathTurn::Do::Kind::TellUdev:
      return PathTurn::Event{.kind = Kind::Reinstated, .done = reinstate(slot, what.kind)};
    case PathTurn::Do::Kind::LookAtDisk:
      seen = folder_->disk_of(record.session, record.lun);
      return PathTurn::Event{.kind = Kind::DiskSeen, .done = !seen.empty()};
    case PathTurn::Do::Kind::LookFor:
      return send_errand(slot, Errand::Kind::LookFor, {});
    case PathTurn::Do::Kind::TakeAway:
      say_other_path(slot);
      return send_errand(slot, Errand::Kind::Remove, seen);
    case PathTurn::Do::Kind::UseDisk:
      use_disk(slot, seen);
      break;
    case PathTurn::Do::Kind::ForgetDisk:
      seen = record.disk;
      slot.session->set_disk({});
      save();  // for one that knows no more than the file
      return PathTurn::Event{.kind = Kind::DiskForgotten};
  }
  return std::nullopt;
}

// Where multipathd runs, it reinstates what has failed a few seconds later.
bool Keeper::reinstate(const Slot& slot, PathTurn::Do::Kind how) {
  const auto path = folder_->path_of_multipath(slot.session->record().disk);
  if (!path) return false;
  const bool for_udev = how == PathTurn::Do::Kind::TellUdev;
  const auto done =
      for_udev ? ports_.multipath.tell_udev(*path) : ports_.multipath.reinstate(*path);
  if (!done)
    ports_.log.write(LogLevel::Warning, done.error().text);
  else
    ports_.log.write(
        LogLevel::Info,
        for_udev ? "nobody uses dm-multipath's device yet: udev is told that a path is back"
                 : "dm-multipath had no path left that works: it uses the one that is back");
  return done.ok();
}

void Keeper::say_other_path(const Slot& slot) {
  const Text line = "another path lives: I/O that waits at the lost one goes there";
  ports_.log.write(LogLevel::Info, line);
  ports_.journal.write(
      {keep::Happening::OtherPath, LogLevel::Info, line, &slot.session->record(), {}});
}

// What the kernel is to do, and may wait for its target with: docs/keeper.md, "What may take time".
PathTurn::Event Keeper::send_errand(Slot& slot, Errand::Kind kind, const DiskName& disk) {
  const SessionRecord& record = slot.session->record();
  const std::uint32_t number = ++errands_ != 0 ? errands_ : ++errands_;
  const bool sent = ports_.errands.send(
      {.kind = kind, .number = number, .session = record.session, .lun = record.lun, .disk = disk});
  if (!sent) ports_.log.write(LogLevel::Warning, "too many errands are under way; tried again");
  return {.kind = PathTurn::Event::Kind::ErrandSent, .done = sent, .errand = number};
}

void Keeper::read_errands() {
  while (const auto over = ports_.errands.next()) {
    if (over->error == kErrandKilled)
      ports_.log.write(LogLevel::Warning, "the process of an errand was killed; tried again");
    else if (over->error != 0 && over->kind == Errand::Kind::Remove)
      ports_.log.write(LogLevel::Warning, "sysfs refuses to take a disk away; tried again");
    for (Slot& slot : slots_)
      if (slot.session)
        on_path(slot, {.kind = PathTurn::Event::Kind::ErrandOver,
                       .done = over->error == 0,
                       .errand = over->number});
  }
}

void Keeper::use_disk(Slot& slot, const DiskName& disk) {
  let_commands_wait(slot.session->record());
  slot.session->set_disk(disk);
  slot.disk_id = folder_->disk_id(disk);
}

}  // namespace isboot::linux_platform
