// When each of several paths to one disk is looked at, when again, and what comes of what is done
// about it then: what that is says core/boot/path_care.h. A path is looked at when any of them is
// lost or back, and until what was to be done has been done. What the kernel may take its time for
// is an errand, whose process may be killed: then it is tried again. No I/O; time is an argument,
// and each event is answered by one Do.
#pragma once

#include <cstdint>
#include <optional>

#include "core/boot/path_care.h"
#include "core/keep/time.h"

namespace isboot::keep {

class PathTurn {
public:
  struct Event {
    enum class Kind : std::uint8_t {
      Care,           // `care` is to be taken of it; `limit`, `has_disk`, `reinstate`
      LimitSet,       // the answer to SetLimit: whether the kernel has taken it
      Reinstated,     // the answer to Reinstate and TellUdev: whether the driver has taken it
      DiskSeen,       // the answer to LookAtDisk: whether there is one
      DiskForgotten,  // the answer to ForgetDisk
      ErrandSent,     // the answer to LookFor and TakeAway: whether it is under way, as `errand`
      ErrandOver,     // `errand`; not done: the kernel refused, or its process was killed
    };
    Kind kind = Kind::Care;
    boot::PathCare care = boot::PathCare::Leave;
    bool done = false;
    bool has_disk = false;  // one is known, and says or said what it is
    boot::Reinstate reinstate = boot::Reinstate::No;
    std::optional<std::uint32_t> limit{};  // the user's, in seconds; nothing: for ever
    std::uint32_t errand = 0;              // its number, which is not 0
    bool carried = false;                  // the session
    Millis since = 0;                      // when it began to be carried, or was lost
  };
  struct Do {
    enum class Kind : std::uint8_t {
      Nothing,
      SetLimit,    // `limit` of the session: LimitSet
      Reinstate,   // let the multipath driver use this path again: Reinstated
      TellUdev,    // the same with one that it uses, for udev to hear of it: Reinstated
      LookAtDisk,  // whether the kernel has a disk of the session: DiskSeen
      LookFor,     // an errand, by which the kernel does so: ErrandSent, and once it is ErrandOver
      UseDisk,     // what was seen is the path's disk from now on
      ForgetDisk,  // it is to be taken away: the next keeper is to bring it back too. DiskForgotten
      TakeAway,    // what was forgotten; an errand: the same as LookFor
    };
    Kind kind = Kind::Nothing;
    std::optional<std::uint32_t> limit{};
  };

  // Its session is kept from now on. `has_disk`: the one that is known says what it is; else it may
  // have been taken away meanwhile.
  void begin(bool has_disk);
  // … and not any more: what was the other path may be the last one now.
  void end();

  // Whether all paths are to be looked at because of this one. `carried`: one that is about to
  // end, or is not kept any more, is not.
  bool is_due(bool carried, Millis now);
  // They are, this one with them: it says anew when that is to be done again.
  void on_looked_at() { care_at_ = kNever; }
  // An answer that nobody waits for changes nothing.
  Do on_event(const Event& event, Millis now);

  bool taken_away() const { return taken_away_; }  // its disk, by us, or never there
  Millis care_at() const { return care_at_; }      // when it is to be looked at, whatever happens

private:
  enum class State : std::uint8_t {
    Idle,
    Limiting,
    LimitingFirst,  // it is brought back
    Reinstating,
    Looking,          // … perhaps its disk is there already
    LookingFor,       // the errand
    LookedFor,        // is the disk there now?
    LookedForInVain,  // … although the errand has failed?
    Forgetting,       // it is taken away next
    TakingAway,       // the errand
    NotTakenAway,     // it has failed, or nobody knows: is the disk there at all?
  };

  boot::Reinstate reinstatement(boot::Reinstate wanted, Millis now) const;
  Do on_care(const Event& event);
  Do on_limit_set(bool done, Millis now);
  Do on_disk_seen(const Event& event, Millis now);
  Do on_errand_over(const Event& event, Millis now);
  Do on_taken_away(bool carried, Millis now);
  Do await(State state, Do::Kind what);
  Do settle(Do::Kind what = Do::Kind::Nothing);
  void try_again(Millis now);

  State state_ = State::Idle;
  bool was_carried_ = false;
  bool taken_away_ = false;
  boot::Reinstate reinstate_ = boot::Reinstate::No;  // for now
  bool tells_udev_ = false;  // it was lost, and the driver has not been told yet that it is back
  Millis care_at_ = kNever;
  Millis after_failure_ = 0;  // the wait after the last one, while nothing has been done since
  int looks_ = 0;             // for its disk, without a result, since it is back
  int unsure_ = 0;            // so often the disk may be gone after all
  Millis settled_at_ = 0;     // what its return has changed is seen then
  std::uint32_t errand_ = 0;  // under way; 0: none
};

}  // namespace isboot::keep
