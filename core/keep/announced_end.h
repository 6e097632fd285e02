// The end of the machine as its init announces it. Such an end can be taken back, and one that
// the init does not reach within its own time does not stand any more: a session is torn down
// only while the end stands. No I/O; time is an argument.
#pragma once

#include <array>
#include <optional>

#include "core/keep/time.h"

namespace isboot::keep {

// What to do when the sessions are gone and nothing on their disks can be run any more.
enum class MachineEnd : std::uint8_t { Stay = 0, PowerOff, Reboot, Halt, Kexec };

class AnnouncedEnd {
public:
  using Ways = std::array<bool, 5>;  // by the number of the MachineEnd
  // systemd forces an end itself that takes longer than 30 minutes (JobTimeoutSec= of
  // reboot.target and poweroff.target): one that is older was cancelled, and nobody said so.
  static constexpr Millis kStandsFor = 31 * Millis{60'000};

  // A later end replaces an earlier one only after this time in which some way is still held:
  // what ends systemd itself closes all that it holds, one after the other, and means none of it.
  static constexpr Millis kStandsAlone = 2'000;

  // The init lets go of these ways, by which it says that it begins one of them. True when an end
  // begins by that where none stood. What was said before is no news: of an end that was cancelled
  // without a word the init cannot tell that it begins anew. That is known once it has let go of
  // all ways, and then ends in the one that it had let go of last before those.
  bool on_announced(const Ways& ways, Millis now);
  // Before anybody looked, the init had let go of these: cancelled ends, unless it does not know
  // of us yet and holds none.
  void on_found_let_go(const Ways& ways);
  // The init holds that way again: it goes on, or may begin anew. True when no end stands any
  // more because of that.
  bool on_taken_back(MachineEnd way, Millis now);

  // An end that is too old to stand is none any more, and a later one may now replace it.
  void on_time(Millis now);
  // When that is; kNever while none stands.
  Millis too_old_at() const { return end_.way == MachineEnd::Stay ? kNever : end_.at + kStandsFor; }

  // Whether the init has let go of that way, as far as was said.
  bool was_told(MachineEnd way) const { return told_[static_cast<std::size_t>(way)].has_value(); }

  // A session was given up for the end that stands. Who did that may itself be gone when the
  // machine is to be ended.
  void on_given_up(Millis now) { session_given_up_at_ = now; }
  // The last one's; kNever when none was, or its end stands no more.
  Millis session_given_up_at() const { return session_given_up_at_; }

  // When the init had let go of all ways, as it does before it runs its last program; kNever while
  // it holds one.
  Millis all_let_go_at() const;

  // Stay: no end stands.
  MachineEnd standing(Millis now) const;
  // When a session that is lost since then is to be given up, `limit` after both the loss and
  // the announcement; kNever without an end that stands then.
  Millis given_up_at(Millis lost_since, Millis limit) const;

private:
  struct Begun {
    MachineEnd way = MachineEnd::Stay;
    Millis at = 0;
  };

  void set_end(Begun end);
  MachineEnd way_of_the_last_program(Millis now) const;

  std::array<std::optional<Millis>, 5> told_{};  // since when
  Begun end_{};
  Begun later_{};  // what may replace it
  Millis session_given_up_at_ = kNever;
};

}  // namespace isboot::keep
