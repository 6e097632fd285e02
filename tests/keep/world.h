// A machine with its keeper, made up: the kernel's initiator, targets, clients, the init, the
// guard and the time are simulated; core/keep, core/boot/session and the logins are the real ones.
// One seed is one life, and replays exactly. tests/keep/README.md.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/boot/session.h"
#include "core/keep/paths.h"
#include "core/keep/restarts.h"
#include "core/keep/succession.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/scripted_target.h"
#include "tests/keep/links.h"

namespace isboot::keep::simulation {

class Random {
public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t odds) { return below(odds) == 0; }

private:
  std::uint64_t state_;
};

// A rule was broken; the world stands still then.
struct Violation {
  std::string what;
};

struct Target {
  bool up = true;
  enum class Mood : std::uint8_t { Honest, Busy, Refuses, MovesForGood } mood = Mood::Honest;
  Millis honest_since = 0;
};

// One that the plan means; its links are among Links.
struct Nic {
  NicSetup setup{};
  std::uint32_t hardware = 0;
  bool carrier = true;
  bool is_taken_then = false;  // once its driver is back, by who gives it another address
  Millis whole_at = kNever;    // when cable and driver are back
  Millis whole_since = 0;
};

MacAddress mac_of(std::uint32_t hardware);
LinkName name_of(std::uint32_t number, const char* prefix);

struct Kept;

// A process that is to do something slow about a path.
struct SentErrand {
  std::uint32_t number = 0;
  bool takes_away = false;
  Kept* path = nullptr;
  Millis over_at = kNever;  // kNever: it waits for a target that is away
  bool killed = false;
  bool asker_is_gone = false;
};

// A session in the kernel, and the driver that a platform has for it.
struct Kept {
  explicit Kept(SessionId number);

  SessionId id;
  bool kernel_carries = true;  // its connection works
  Millis sysfs_knows_at = 0;   // when sysfs shows that it does not
  bool unbinding = false;
  bool unbound = false;
  Millis unbound_at = kNever;
  bool exists = true;
  Millis gone_at = 0;  // somebody else has ended it

  iscsi::LoginConfig login;
  std::unique_ptr<boot::Session> session;  // of the keeper that lives
  std::optional<std::size_t> slot;
  bool written = false;  // down, as far as somebody knows who starts a keeper by hand
  Millis since = 0;      // in that slot
  boot::SessionStep step{};
  Millis due = kNever;  // when the driver comes back with an event
  bool told_carried = false;
  Millis lost_since = 0;

  std::shared_ptr<Nic> nic;  // perhaps another session's too
  std::uint32_t link = 0;    // that carries its address, as far as the keeper knows
  std::uint32_t by = 0;      // by which it connects
  bool unreachable = false;  // the last connect got no answer

  std::optional<Millis> limit;  // how long its I/O waits; nothing: for ever
  bool refused = false;         // the last change of it, by the kernel
  bool driver_refused = false;  // the multipath driver, the last time
  Millis kernel_lost_at = 0;    // the connection, whoever knows
  Millis fails_at = kNever;     // from then on the multipath driver does not use it
  bool errand_failed = false;   // the last one, or it could not be sent
  bool has_disk = true;
  bool disk_known = true;  // what is written down for the next keeper
  bool id_known = true;    // what the disk calls itself, by the keeper that lives

  Millis asked_at = 0;
  Millis ends_by = kNever;  // a client asked for the end, with this limit
};

class World {
public:
  explicit World(std::uint64_t seed);
  // Lives for so long, unless the machine ends. Throws Violation.
  void live(Millis span);

  Millis now() const { return now_; }
  std::uint64_t steps() const { return steps_; }
  const std::deque<std::string>& last() const { return last_; }

private:
  // world.cc: time, the keeper and what it wants done
  Millis next_time() const;
  void step();
  void take_place(Kept& kept, std::size_t slot);
  void begin(Kept& kept);
  void start_keeper();
  void tell(const Event& event);
  void look_at_the_fifos();
  void carry_out_all(const Actions& actions);
  void carry_out(const Action& action);
  void carry_out(const Action& action, Kept& kept);
  void on_destroy(Kept& kept);
  void on_leave(Kept& kept);
  void on_over(MachineEnd then);
  void check();
  void check_end();
  [[noreturn]] void fail(const std::string& what);
  void note(const std::string& what);
  Kept* in_slot(std::size_t slot);
  bool alive() const { return keeper_.has_value(); }

  // kernel.cc: sessions and targets
  void drive(Kept& kept, boot::SessionEvent event);
  std::optional<boot::SessionEvent> carry_out(Kept& kept, const boot::SessionStep& step);
  std::optional<boot::SessionEvent> log_in(Kept& kept);
  void lose(Kept& kept);
  void kernel_turn();
  void notify(const Event& event);
  Target& at(const Portal& portal) { return portal == home_portal_ ? home_ : moved_; }

  // succession.cc: another program's keeper
  bool change(const Turn::Change& how);
  void another_program_comes();
  void offer();
  void take_offer_back();
  void successor_turn();
  void hand_over();
  void open_the_fifos_anew(Millis when);
  void tell_of_the_end_again();
  bool rests() const { return successor_.offered; }

  // paths.cc: all sessions lead to one disk
  bool is_path(const Kept& kept) const;
  bool another_lives(const Kept& path) const;
  void care_for_paths();
  void on_path(Kept& path, PathTurn::Event event);
  bool is_killed_before(const PathTurn::Do& what);
  std::optional<PathTurn::Event> carry_out(Kept& path, const PathTurn::Do& what);
  bool set_limit(Kept& path, std::optional<std::uint32_t> seconds);
  bool has_failed(const Kept& path) const;
  bool all_have_failed() const;
  PathTurn::Event send_errand(Kept& path, bool takes_away);
  void errands_turn();
  void check_paths();

  // nic_faults.cc
  void nic_fault(Kept& kept);
  bool link_fault(Nic& nic, Link& link);
  void unload_driver(const Nic& nic, const Link& link);
  void take_over(Link& carrier, const IpAddress& ours);
  void make_vlan_anew(const Nic& nic, const Link& carrier);
  void bridge(const Nic& nic, Link& link);
  void nic_turn(Nic& nic);

  // nics.cc
  void give_nic(Kept& kept, const std::shared_ptr<Nic>& nic);
  std::shared_ptr<Nic> add_nic();
  void load_driver(const Nic& nic);
  bool set_up(const Nic& nic, std::span<const boot::NetworkChange> changes);
  Link* carrier_of(const Nic& nic);
  bool mend(Kept& kept);
  boot::NicTurn::Event carry_out(boot::NicTurn& turn, const boot::NicTurn::Do& what,
                                 const Nic& nic);
  boot::NicTurn::Event is_set_up(const Nic& nic);
  bool set_up_again(const boot::NetworkPlan& plan, LinkId number, const Nic& nic);
  Link* way_of(const Kept& kept, const Portal& portal);
  bool is_reachable(const Kept& kept, const Portal& portal);
  void check_links();

  // faults.cc
  void fault();
  void kill_keeper();
  void kill_guard_too();
  void client_asks();
  void asks_again(std::size_t number);
  void somebody_ends(Kept& kept);
  void init_acts();
  void init_cancels();
  void init_begins();
  void init_lets_go_of_all();
  void init_is_asked();
  bool can_be_known_at_last() const;

  // handover.cc: a client brings a session
  void clients_bring_sessions();
  void client_brings_a_session();
  std::optional<std::size_t> who_brings();
  void make_up(Kept& brought);
  bool has_a_place_for(const Kept& brought) const;
  void bring(Kept& brought, std::size_t client);
  void read_brought();
  void begin_brought(std::size_t slot);
  void check_handover(const Kept& brought, std::size_t client, bool is_good);
  void save();
  void check_saved();

  struct Client {
    bool there = false;
    Millis answer_by = kNever;  // an answer is owed
    bool asks_again = false;    // meanwhile
    bool refused = false;
    bool done = false;  // the last answer
  };
  struct Announcement {
    MachineEnd way = MachineEnd::Stay;
    Millis at = 0;  // since when a keeper can know
    bool seen = false;
    bool held_again = false;
    Millis all_let_go_at = kNever;  // the init itself is about to end
    Millis given_up_at = kNever;    // a session, by the keeper that runs

    bool all_let_go() const { return all_let_go_at != kNever; }
  };

  struct Successor {
    bool there = false;
    bool offered = false;
    std::size_t client = 0;
    Millis came_at = 0;       // and opened the FIFOs
    Millis acts_at = kNever;  // when it takes what was offered, or ends
    bool ends = false;
    Turn turn{0};
  };

  Random random_;
  Millis now_ = 1'000;
  std::uint64_t steps_ = 0;
  unsigned turns_ = 0;  // at one time
  std::deque<std::string> last_;
  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  Portal home_portal_{IpAddress::v4(10, 0, 0, 1), 3260};
  Portal moved_portal_{IpAddress::v4(10, 9, 9, 9), 3260};
  Target home_, moved_;
  Millis home_back_at_ = kNever, mood_over_at_ = kNever, moved_back_at_ = kNever;
  std::vector<std::unique_ptr<Kept>> all_;
  std::uint32_t next_id_ = 1;
  Links links_;
  std::uint32_t hardware_ = 0;
  bool nics_are_apart_ = false;  // there is more than one
  bool multipath_ = false;
  bool unseen_ = false;  // udev has found the multipath driver's device without a path
  Paths paths_;
  std::vector<SentErrand> errands_;
  std::uint32_t errands_sent_ = 0;
  std::uint64_t paths_were_ = 0;
  Millis paths_since_ = 0;  // when their state was another

  AnnouncedEnd announced_;
  std::optional<Keeper> keeper_;
  Restarts restarts_;
  Millis keeper_since_ = 0;
  bool started_ = false;  // it knows all of its sessions
  Millis start_at_ = kNever;
  unsigned starts_fail_ = 0;
  bool by_hand_ = false;  // the next one is started: the guard is gone too
  std::array<Client, kMaxClients> clients_{};
  MachineEnd asked_then_ = MachineEnd::Stay;
  Announcement end_;
  Millis first_at_ = 0;  // of the last end that was news
  Millis asked_at_ = 0;  // when the init said last whether it stands
  // Ways that the init does not hold although it does not end: it was cancelled without a word.
  std::array<bool, AnnouncedEnd::Ways{}.size()> cancelled_{};
  // Since when a keeper can have known of each way; kNever: it is held.
  std::array<Millis, AnnouncedEnd::Ways{}.size()> let_go_at_;
  bool released_ = false;
  std::optional<MachineEnd> over_;

  std::uint32_t shared_turn_ = 0;
  Turn our_turn_{0};
  Successor successor_;

  std::multimap<Millis, Event> notices_;
  // What is under way between a client and its answer.
  struct Handover {
    Kept* session = nullptr;
    const Kept* same = nullptr;  // the kernel's is this one
    std::size_t client = 0;
    bool has_place = false;
    bool unreadable = false;
    bool gone_then = false;    // when it is to begin
    bool not_taken = false;    // by the kernel
    bool client_left = false;  // once it was sent
  } handover_;
  Millis full_until_ = 0;  // where the sessions are written down

  unsigned drop_ = 0;     // notices that will be dropped
  bool dropped_ = false;  // and the keeper is to be told
  Millis fault_at_ = 0;
};

}  // namespace isboot::keep::simulation
