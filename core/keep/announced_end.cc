#include "core/keep/announced_end.h"

namespace isboot::keep {
namespace {

constexpr Millis kFoundLetGo = 0;  // before anybody looked

}  // namespace

bool AnnouncedEnd::on_announced(const Ways& ways, Millis now) {
  on_time(now);
  MachineEnd begun = MachineEnd::Stay;
  bool all = true;
  std::size_t news = 0;
  bool others_just_now = false;
  for (std::size_t way = 1; way < told_.size(); ++way) {
    if (ways[way] && !told_[way]) {
      if (news++ == 0) begun = static_cast<MachineEnd>(way);
      told_[way] = now;
    } else if (told_[way])
      others_just_now =
          others_just_now || (*told_[way] != kFoundLetGo && now - *told_[way] < kStandsAlone);
    all = all && told_[way].has_value();
  }
  if (news == 0) return false;
  const bool none_stood = end_.way == MachineEnd::Stay;
  // The last one that is held may begin as well, where all others were cancelled: not a moment ago.
  if (all && (news > 1 || others_just_now || !none_stood)) {
    const MachineEnd last = way_of_the_last_program(now);
    if (last != end_.way) end_ = {last, now};
    later_ = {};
  } else if (none_stood) {
    end_ = {begun, now};
  } else {
    later_ = {begun, now};
  }
  return none_stood;
}

// What the init executes at last holds none of them, and what it closes for that says nothing.
MachineEnd AnnouncedEnd::way_of_the_last_program(Millis now) const {
  std::size_t last = 0;
  std::size_t first = 1;
  for (std::size_t way = 1; way < told_.size(); ++way) {
    const Millis at = *told_[way];
    if (at < *told_[first]) first = way;
    if (now - at >= kStandsAlone && (last == 0 || at >= *told_[last])) last = way;
  }
  return static_cast<MachineEnd>(last != 0 ? last : first);
}

void AnnouncedEnd::on_found_let_go(const Ways& ways) {
  bool all = true;
  for (std::size_t way = 1; way < told_.size(); ++way) all = all && (ways[way] || told_[way]);
  if (all) return;
  for (std::size_t way = 1; way < told_.size(); ++way)
    if (ways[way] && !told_[way]) told_[way] = kFoundLetGo;
}

bool AnnouncedEnd::on_taken_back(MachineEnd way, Millis now) {
  on_time(now);
  told_[static_cast<std::size_t>(way)].reset();
  if (way == later_.way) later_ = {};
  if (way != end_.way) return false;
  set_end(later_);
  later_ = {};
  return end_.way == MachineEnd::Stay;
}

void AnnouncedEnd::on_time(Millis now) {
  if (later_.way != MachineEnd::Stay && now - later_.at >= kStandsAlone) {
    end_ = later_;
    later_ = {};
  }
  if (now - end_.at >= kStandsFor) set_end({});
}

void AnnouncedEnd::set_end(Begun end) {
  end_ = end;
  if (end_.way == MachineEnd::Stay) session_given_up_at_ = kNever;
}

Millis AnnouncedEnd::all_let_go_at() const {
  Millis last = 0;
  for (std::size_t way = 1; way < told_.size(); ++way) {
    if (!told_[way]) return kNever;
    if (*told_[way] > last) last = *told_[way];
  }
  return last;
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
