// The keeper's loop over the kernel's notices, the control socket, the logins under way and their
// times: what core/keep/keeper.h decides is carried out here. One thread; after run() begins
// nothing here allocates, and no file on a disk is opened: sysfs, the state file in /run, and
// dm-multipath's node in /dev alone. What comes before that, in this order: open() or take_over(),
// once; then in each process prepare(), claim(), adopt(). docs/keeper.md.
#pragma once

#include <poll.h>

#include "core/keep/paths.h"
#include "platform/linux/initiator/iscsi_events.h"
#include "platform/linux/keeper/baton.h"
#include "platform/linux/keeper/control.h"
#include "platform/linux/keeper/end_notice.h"
#include "platform/linux/keeper/kept_session.h"
#include "platform/linux/keeper/session_folder.h"
#include "platform/linux/keeper/state_file.h"
#include "platform/linux/system/secret_pages.h"

namespace isboot::linux_platform {

struct KeeperPlaces {
  const char* classes = "/sys/class";
  const char* state = kStateFolder;
  const char* control = kControlPath;
  const char* devices = "/dev";
};

class Keeper {
public:
  // About 300 KiB, so it belongs into static memory.
  Keeper(const KeeperPorts& ports, IscsiNotices& notices) : ports_{ports}, notices_{notices} {}
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Opens what has a path, and takes the memory for secrets. Every process that this one forks
  // may go on with that, wherever its root is then. Errc::BadValue: another keeper runs.
  Result<Done> open(const KeeperPlaces& places = {});
  // The same, with all sessions of the keeper that runs, which a connection leads to. They are its
  // until claim(), and again when the connection is closed before that. `refusal`: its words when
  // it does not want to.
  Result<Done> take_over(int predecessor, InlineText<127>& refusal,
                         const KeeperPlaces& places = {});
  // A session to begin with, of a keeper that is gone.
  Result<Done> remember(const SessionRecord& record);

  // Listens to the kernel, and looks whether it can be told what it has of the sessions. Opens no
  // file.
  Result<Done> prepare();
  // From now on the sessions are ours, if they were not. False: too late, another has them.
  bool claim();
  bool is_ours() const { return baton_->is_ours(); }
  // Another program's keeper has taken over from one that was killed: there is nothing to do.
  bool is_replaced();
  // Keeps what is remembered, and what a keeper kept that was killed since open().
  Result<Done> adopt();
  // A client that is connected already (the process that started us), or none.
  void serve(UniqueFd client);
  std::size_t kept() const;
  // Whether there are sessions to keep, or a machine to end whose session another process gave up.
  bool has_work() const;

  // Seconds that a target may be away once the machine begins to end.
  void set_end_limit(std::uint32_t seconds) { end_limit_ = seconds; }

  // Until every session has been ended on purpose, or the first client left without
  // handing one over. Returns what to do then.
  MachineEnd run();
  // Instead of that: who carries out errands is gone, and only another process can have a new one.
  bool cannot_go_on() const { return ports_.errands.is_gone(); }

private:
  // All of the keeper's memory that ever holds a secret. The process that forked the keeper has
  // it too, and the next keeper finds there what this one kept.
  struct SecretRoom {
    std::array<SessionRecord, kMaxKept> records;  // of the session in the slot of the same number
    std::array<bool, kMaxKept> kept;              // whether the record is whole
    std::array<std::uint8_t, kMaxRequest> request;
    keep::AnnouncedEnd announced;  // no secret, but the next keeper must know since when
  };
  struct Slot {
    // Else the compiler clears all of its memory, and the guard has that for nothing.
    Slot() {}                            // NOLINT(modernize-use-equals-default)
    std::optional<KeptSession> session;  // borrows its record
    DiskId disk_id;
    bool told_carried = false;  // what core_ knows of it
  };
  static constexpr std::size_t kMaxClients = keep::kMaxClients;
  static constexpr std::size_t kMaxPolled =
      2 + kMaxClients + kMaxKept + EndNotice::kWays.size() + 1;

  std::size_t index_of(const Slot& slot) const;
  SessionRecord& record_of(const Slot& slot);
  bool& is_kept(const Slot& slot);
  Result<Done> open_what_is_shared_with_nobody(const KeeperPlaces& places);
  Result<Done> find(const SessionRecord& record) const;
  Result<Done> adopt(Slot& slot);
  void read_brought();
  void begin_brought(Slot& slot);
  Result<Done> watch(Slot& slot);
  void release(Slot& slot);
  void tell(const keep::Event& event);
  void tell_whether_carried(Slot& slot);
  void carry_out(const keep::Action& action);
  void carry_out(const keep::Action& action, Slot& slot);
  void say(const keep::Action& action);
  void wait();
  void read_notices();
  void on_notice(const IscsiNotice& notice);
  void on_time();
  bool paths_have_changed();
  void care_for_paths();
  void on_path(Slot& slot, keep::PathTurn::Event event);
  std::optional<keep::PathTurn::Event> carry_out(Slot& slot, const keep::PathTurn::Do& what,
                                                 DiskName& seen);
  bool reinstate(const Slot& slot, keep::PathTurn::Do::Kind how);
  void say_other_path(const Slot& slot);
  keep::PathTurn::Event send_errand(Slot& slot, Errand::Kind kind, const DiskName& disk);
  void use_disk(Slot& slot, const DiskName& disk);
  void read_errands();
  void let_commands_wait(const SessionRecord& record);
  void accept_client();
  void on_request(std::size_t client);
  void carry_out(std::size_t client, const ControlRequest& request);
  void answer_status(int socket);
  void offer(std::size_t client);
  void rest();
  void leave(std::size_t client);
  void take_offer_back();
  void look_for_ends_taken_back();
  void look_for_ends_cancelled();
  void save();

  KeeperPorts ports_;
  IscsiNotices& notices_;
  std::optional<InSecretPages<SecretRoom>> room_;
  std::optional<SessionFolder> folder_;
  std::optional<StateFile> state_file_;
  std::optional<ControlListener> listener_;
  std::optional<EndNotice> end_notice_;
  std::optional<Baton> baton_;
  std::array<Slot, kMaxKept> slots_;
  keep::Paths paths_;  // by the same numbers
  std::array<UniqueFd, kMaxClients> clients_;
  std::optional<keep::Keeper> core_;
  std::array<char, kMaxAnswer> answer_{};
  std::uint32_t end_limit_ = 0;  // seconds
  Bytes brought_;                // a client's record, of the request
  bool started_ = false;         // all that was kept is known: the state file may be replaced
  std::optional<std::size_t> offered_to_;  // a client: all rests
  std::uint32_t errands_ = 0;              // were sent
  std::optional<MachineEnd> over_;
};

}  // namespace isboot::linux_platform
