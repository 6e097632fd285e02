// What the keeper decides: which session ends, when and for whom; what a notice of the kernel
// means for whom; when requests are answered; when a machine that ends gives a lost session up;
// and when nothing is left to keep, so that the guard may let go. One machine without I/O: an
// event with its time in, a bounded list of actions out. How one session comes back is
// core/boot/session.h, which the driver of this machine drives too.
#pragma once

#include "core/base/list.h"
#include "core/keep/announced_end.h"
#include "core/keep/happening.h"
#include "core/keep/session_end.h"
#include "core/keep/succession.h"
#include "core/keep/target_notice.h"
#include "core/ports/initiator.h"
#include "core/ports/log.h"

namespace isboot::keep {

inline constexpr std::size_t kMaxKept = 6;  // sessions at once: two NICs, two targets, two by hand
inline constexpr std::size_t kMaxClients = 4;

// What happened. A slot is the place of one session, from 0 on.
struct Event {
  enum class Kind : std::uint8_t {
    Began,           // `session` is in the free `slot` from now on; `carried`. To Begin too
    Brought,         // the answer to Read: it is `session`
    NotKept,         // the other answer to Read, or to Begin: `error`
    Saved,           // the answer to Save, …
    NotSaved,        // … or this: `error`
    Carried,         // its connection works (again)
    Lost,            // it does not any more
    ConnectionLost,  // the kernel says so of `session`: `error`
    Unbound,         // the kernel says that its disks are gone
    TargetSaid,      // `said`, by the target of `session`
    SomeGone,        // the kernel says that a session is gone, whichever and by whom
    NoticesDropped,  // the kernel has said more than it could keep for us
    Sight,           // the answer to Look at `slot`: `carried`, `bound`, or `gone`
    Refused,         // the kernel did not take Unbind or LogOut of `slot`
    ClientCame,      // `client`, who may bring a session
    ClientLeft,
    // A request, each of which is answered once: while the last one of `client` is not, with a no.
    EndRequested,      // by `client`: of `session` or all, within `limit`, and `then`
    ReleaseRequested,  // by `client`: all sessions stay with the kernel, nobody keeps them
    ReplaceRequested,  // by `client`, another program's keeper: it wants to keep them all
    KeepRequested,     // by `client`, who has brought a session: it is to be kept from now on
    OfferOver,         // the answer to TakeBack: whether it had `taken` them
    Announced,         // the machine ends: `ways`
    TakenBack,         // it does not, in the way `then`
    EndAsked,          // the answer to AskTheEnd, after each TakenBack there was
    Time,              // deadline() has come
  };
  Kind kind = Kind::Time;
  std::size_t slot = 0;
  std::size_t client = 0;
  SessionId session{};
  bool carried = false;
  bool bound = false;
  bool gone = false;  // the kernel has no such session, or another one by its number
  bool taken = false;
  Error error{};
  TargetNotice said{};
  Millis limit = 0;
  MachineEnd then = MachineEnd::Stay;
  AnnouncedEnd::Ways ways{};
};

inline constexpr SessionId kAllSessions{UINT32_MAX};

// What to do, in this order.
struct Action {
  enum class Kind : std::uint8_t {
    Lose,        // the session in `slot` is to be brought back: `error`, `time2wait`
    LogOut,      // … after a logout that the target wants: `error` has its words
    LoggedOut,   // … to which the target answered: `time2wait`
    Unbind,      // the kernel is to take the disks of `slot` away; Refused when it will not
    SayGoodbye,  // the kernel is to log `slot` out; Refused
    Destroy,     // the kernel's objects of `slot` are to go
    Leave,   // … are to stay without a connection: what needs the disk now fails, nothing hangs
    Forget,  // `slot` is free, its secrets are to be wiped
    Look,    // what sysfs says of `slot`: Sight
    AskTheInit,  // to say whether the announced end stands: TakenBack soon, if it does not
    AskTheEnd,   // what the init has said by now: TakenBack for each way, then EndAsked
    Answer,      // `client`'s request: `done`, `text`
    Offer,       // all sessions to `client`. Until OfferOver nothing is done for them, and no event
                 // is told but that `client` left, and the time
    TakeBack,    // what was offered: OfferOver
    Say,         // `text` at `level`, of `slot` if that is not kNone
    SayTheEnd,   // that the machine ends, and how long a target may be away now
    Read,        // which session `client` brings: Brought or NotKept, before any other event
    Begin,       // it is to be kept in the free `slot`: Began or NotKept, likewise
    Save,        // which sessions are kept has changed, or was not saved: Saved or NotSaved
    Over,  // the process may end, and the machine as `then` says: nothing is kept any more, or
           // nothing that its init can still end
  };
  static constexpr std::size_t kNone = SIZE_MAX;

  Kind kind = Kind::Save;
  std::size_t slot = kNone;
  std::size_t client = kNone;
  bool done = false;
  const char* text = "";  // a literal
  LogLevel level = LogLevel::Info;
  Happening happening = Happening::None;  // of Say
  Error error{};
  std::optional<std::uint16_t> time2wait{};
  MachineEnd then = MachineEnd::Stay;
};
using Actions = List<Action, 64>;

class Keeper {
public:
  // `announced` outlives this: a keeper that takes over from a killed one must know since when.
  explicit Keeper(AnnouncedEnd& announced) : announced_{announced} {}
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // How long a target may be away once the machine begins to end.
  void set_end_limit(Millis limit) { end_limit_ = limit; }

  // For the init, which does it in milliseconds unless it waits for the disk itself.
  static constexpr Millis kAnswersWithin = 2'000;

  Actions on_event(const Event& event, Millis now);
  // When Time is to come; kNever when there is nothing to wait for.
  Millis deadline() const;

  std::optional<std::size_t> slot_of(SessionId session) const;
  std::optional<std::size_t> free_slot() const;
  // The place of the next client; none when so many are there already.
  std::optional<std::size_t> free_client() const;
  std::size_t kept() const;
  bool ends(std::size_t slot) const { return slots_[slot].end.under_way(); }

private:
  struct Slot {
    bool used = false;
    bool carried = false;
    SessionId session{};
    Millis since = 0;        // when it began to be carried, or was lost
    Millis quiet_until = 0;  // what a target can say without end is told now and then
    SessionEnd end{};
  };
  struct Client {
    bool there = false;
    std::array<bool, kMaxKept> waits_for{};  // for the end of these slots
    bool waits() const;
  };
  // A session on its way to us. It is kept also when who brings it does not wait for the answer.
  struct Handover {
    std::size_t client = Action::kNone;
    std::size_t slot = Action::kNone;  // once it has one
  };

  void dispatch(const Event& event, Millis now);
  void on_notice(const Event& event, Millis now);
  void on_target_said(std::size_t slot, const TargetNotice& said, Millis now);
  void on_sight(const Event& event, Millis now);
  void on_time(Millis now);
  void look_at_all();
  void on_request(const Event& event, Millis now);
  void on_end_requested(const Event& event, Millis now);
  void on_release_requested(std::size_t client);
  void on_replace_requested(std::size_t client);
  void on_keep_requested(std::size_t client);
  void on_brought(SessionId session);
  void on_not_kept(const char* why);
  void on_client_left(std::size_t client);
  void end_handover(bool done, const char* text);
  const char* refuses(SessionId session) const;
  void on_saved(const Event& event, Millis now);
  void on_event_while_offered(const Event& event, Millis now);
  void on_offer_over(bool taken);
  bool may_be_offered() const;
  void look_whether_to_offer(Millis now);
  void on_announced(const Event& event, Millis now);
  void on_end_asked(Millis now);
  void ask_the_init(Millis now);
  Millis end_due() const;
  Millis end_by_us() const;
  void end_step(std::size_t slot, SessionEnd::Event event, Millis now);
  void carry_out(std::size_t slot, SessionEnd::Do what);
  void forget(std::size_t slot);
  bool has_to_wait(std::size_t client) const;
  void answer(std::size_t client, bool done, const char* text);
  void add_answer(std::size_t client, bool done, const char* text);
  void look_whether_it_is_over();
  Millis given_up_at(const Slot& slot) const;
  Action& add(Action::Kind kind, std::size_t slot = Action::kNone);
  void say(LogLevel level, const char* text, std::size_t slot = Action::kNone,
           Happening happening = Happening::None);

  AnnouncedEnd& announced_;
  std::array<Slot, kMaxKept> slots_{};
  std::array<Client, kMaxClients> clients_{};
  Actions actions_{};
  bool ended_ = false;                  // sessions were ended or released on purpose
  MachineEnd then_ = MachineEnd::Stay;  // a client's wish
  Millis end_limit_ = 0;
  Millis asked_until_ = kNever;  // the init has time for its answer
  Millis look_again_at_ = kNever;
  Millis save_again_at_ = kNever;
  std::optional<Handover> handover_;
  Succession succession_;
  bool over_ = false;
};

}  // namespace isboot::keep
