// What the keeper does when the machine begins to end: no target is waited for for ever any more.
#include <algorithm>

#include "platform/linux/keeper/keeper.h"

namespace isboot::linux_platform {
namespace {

// For systemd to end by itself, once its disk fails at once and blocks nobody any more.
constexpr Millis kLeftToSystemd = 10'000;

}  // namespace

void Keeper::begin_machine_end(MachineEnd how) {
  // systemd's last program closes what systemd still held.
  if (machine_end_ != MachineEnd::Stay) return;
  machine_end_ = how;
  machine_end_at_ = ports_.clock.now();
  std::array<char, 128> line{};
  TextWriter out{line};
  (out << "the machine ends; a target that is away has ").decimal(end_limit_ / 1000)
      << " s to come back";
  ports_.log.write(LogLevel::Info, out.text());
}

// Never, as long as the machine goes on or the target is there.
Millis Keeper::given_up_at(const Slot& slot) const {
  if (machine_end_ == MachineEnd::Stay || !slot.session || slot.session->carried() ||
      slot.end.under_way())
    return kNever;
  return std::max(machine_end_at_, slot.session->history().since) + end_limit_;
}

void Keeper::give_up_lost() {
  const Millis now = ports_.clock.now();
  for (Slot& slot : slots_) {
    if (given_up_at(slot) > now) continue;
    slot.end.begin(slot.session->record().session, ports_.initiator, ports_.log, now, now);
    slot.end.on_time();
    end_by_us_at_ = now + kLeftToSystemd;
  }
}

// Whether nothing is left to be waited for, once there are no sessions.
bool Keeper::is_over() const {
  return then_ != MachineEnd::Stay || end_by_us_at_ == kNever ||
         end_by_us_at_ <= ports_.clock.now();
}

MachineEnd Keeper::what_then() const {
  if (then_ != MachineEnd::Stay || end_by_us_at_ == kNever) return then_;
  return machine_end_;
}

}  // namespace isboot::linux_platform
