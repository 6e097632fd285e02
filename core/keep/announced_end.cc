#include "core/keep/announced_end.h"

namespace isboot::keep {

bool AnnouncedEnd::on_announced(const Ways& ways, Millis now) {
  on_time(now);
  MachineEnd begun = MachineEnd::Stay;
  bool all = true;
  for (std::size_t way = 1; way < told_.size(); ++way) {
    if (ways[way] && !told_[way] && begun == MachineEnd::Stay) begun = static_cast<MachineEnd>(way);
    told_[way] = told_[way] || ways[way];
    all = all && told_[way];
  }
  if (begun == MachineEnd::Stay) return false;
  if (end_.way == MachineEnd::Stay) {
    end_ = {begun, now};
    return true;
  }
  later_ = all ? Begun{} : Begun{begun, now};
  return false;
}

bool AnnouncedEnd::on_taken_back(MachineEnd way, Millis now) {
  on_time(now);
  told_[static_cast<std::size_t>(way)] = false;
  if (way == later_.way) later_ = {};
  if (way != end_.way) return false;
  end_ = later_;
  later_ = {};
  return end_.way == MachineEnd::Stay;
}

void AnnouncedEnd::on_time(Millis now) {
  if (later_.way != MachineEnd::Stay && now - later_.at >= kStandsAlone) {
    end_ = later_;
    later_ = {};
  }
  if (now - end_.at >= kStandsFor) end_ = {};
}

MachineEnd AnnouncedEnd::standing(Millis now) const {
  AnnouncedEnd then = *this;
  then.on_time(now);
  return then.end_.way;
}

Millis AnnouncedEnd::given_up_at(Millis lost_since, Millis limit) const {
  if (end_.way == MachineEnd::Stay) return kNever;
  const Millis due = (lost_since > end_.at ? lost_since : end_.at) + limit;
  return due - end_.at < kStandsFor ? due : kNever;
}

}  // namespace isboot::keep
