// What the keeper does when the machine begins to end: no target is waited for for ever any more.
#include <algorithm>

#include "platform/linux/keeper/keeper.h"

namespace isboot::linux_platform {
namespace {

// For systemd to end by itself, once its disk fails at once and blocks nobody any more.
constexpr Millis kLeftToSystemd = 10'000;

}  // namespace

void Keeper::begin_machine_end(const keep::AnnouncedEnd::Ways& ways) {
  if (!(*room_)->announced.on_announced(ways, ports_.clock.now())) return;
  std::array<char, 128> line{};
  TextWriter out{line};
  (out << "the machine ends; a target that is away has ").decimal(end_limit_ / 1000)
      << " s to come back";
  ports_.log.write(LogLevel::Info, out.text());
}

void Keeper::ask_whether_it_stands() {
  for (;;) {
    const MachineEnd way = end_notice_->taken_back();
    if (way == MachineEnd::Stay) return;
    if (!(*room_)->announced.on_taken_back(way, ports_.clock.now())) continue;
    end_by_us_at_ = kNever;
    ports_.log.write(LogLevel::Info, "the machine does not end after all");
  }
}

// Never, as long as the machine goes on or the target is there.
Millis Keeper::given_up_at(const Slot& slot) const {
  if (!slot.session || slot.session->carried() || slot.end.under_way()) return kNever;
  return (*room_)->announced.given_up_at(slot.session->history().since, end_limit_);
}

void Keeper::give_up_lost() {
  const auto is_due = [this](const Slot& slot) { return given_up_at(slot) <= ports_.clock.now(); };
  if (std::none_of(slots_.begin(), slots_.end(), is_due)) return;
  ask_whether_it_stands();
  for (Slot& slot : slots_) {
    if (!is_due(slot)) continue;
    const Millis now = ports_.clock.now();
    slot.end.begin(slot.session->record().session, ports_.initiator, ports_.log, now, now);
    slot.end.on_time();
    end_by_us_at_ = now + kLeftToSystemd;
  }
}

// Whether nothing is left to be waited for, once there are no sessions.
bool Keeper::is_over() {
  if (then_ != MachineEnd::Stay) return true;
  ask_whether_it_stands();
  return end_by_us_at_ == kNever || end_by_us_at_ <= ports_.clock.now();
}

MachineEnd Keeper::what_then() {
  if (then_ != MachineEnd::Stay || end_by_us_at_ == kNever) return then_;
  return (*room_)->announced.standing(ports_.clock.now());
}

}  // namespace isboot::linux_platform
