#include "core/keep/announced_end.h"

namespace isboot::keep {

bool AnnouncedEnd::on_announced(const Ways& ways, Millis now) {
  MachineEnd begun = MachineEnd::Stay;
  bool all = true;
  for (std::size_t way = 1; way < told_.size(); ++way) {
    if (ways[way] && !told_[way] && begun == MachineEnd::Stay) begun = static_cast<MachineEnd>(way);
    told_[way] = told_[way] || ways[way];
    all = all && told_[way];
  }
  if (begun == MachineEnd::Stay || (all && standing(now) != MachineEnd::Stay)) return false;
  way_ = begun;
  at_ = now;
  return true;
}

bool AnnouncedEnd::on_taken_back(MachineEnd way, Millis now) {
  told_[static_cast<std::size_t>(way)] = false;
  if (way != way_) return false;
  const bool stood = standing(now) != MachineEnd::Stay;
  way_ = MachineEnd::Stay;
  return stood;
}

void AnnouncedEnd::on_time(Millis now) { way_ = standing(now); }

MachineEnd AnnouncedEnd::standing(Millis now) const {
  return way_ != MachineEnd::Stay && now - at_ < kStandsFor ? way_ : MachineEnd::Stay;
}

Millis AnnouncedEnd::given_up_at(Millis lost_since, Millis limit) const {
  if (way_ == MachineEnd::Stay) return kNever;
  const Millis due = (lost_since > at_ ? lost_since : at_) + limit;
  return due - at_ < kStandsFor ? due : kNever;
}

}  // namespace isboot::keep
