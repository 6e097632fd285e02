// The C interface of platform/freebsd, played: what the module asks for is written down, any
// call can be made to fail, and time stands still but for sleeping. One at a time.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/freebsd/kernel.h"
#include "testing/scripted_target.h"

namespace isboot::freebsd::test {

// A session of iscsi(4), as sys/dev/iscsi/iscsi.c keeps it.
struct FakeSession {
  std::uint32_t id = 0;
  isboot_session conf{};
  std::array<std::uint8_t, 6> isid{};  // iscsi_ioctl_session_add(): random, 0x80 first
  bool waiting = true;                 // is_waiting_for_iscsid
  bool connected = false;
  bool had_sim = false;  // made by its first hand-over, kept while it is lost
  bool ended = false;
  std::uint64_t lost_at = 0;
  std::uint64_t scanned_at = 0;  // CAM does that once, when the SIM is made
  int looks_in_peace = 0;        // since nothing is left to happen

  void connect(std::uint64_t now) {
    if (!had_sim) scanned_at = now;
    connected = had_sim = true;
  }
};

// What becomes of a connected session the next time that somebody looks.
struct FakeEvent {
  std::uint32_t id = 0;
  enum Kind {
    Lost,
    Removed,  // iscsictl -R, or "WARNING: … target requests logout; removing session"
  } kind = Lost;
};

class FakeKernel {
public:
  FakeKernel();
  ~FakeKernel();
  FakeKernel(const FakeKernel&) = delete;
  FakeKernel& operator=(const FakeKernel&) = delete;

  // The calls so far that matter, without what is asked all the time (time, sleep, links, limits of
  // a wait).
  std::vector<std::string> calls;
  std::vector<std::string> lines;                // of the console
  std::map<std::string, std::string> tunables;   // of loader.conf
  std::map<std::string, std::deque<int>> fails;  // the next answers of a call; 0: as usual
  std::uint64_t now = 1000;

  std::map<std::string, std::vector<std::vector<std::uint8_t>>> acpi;  // tables by signature
  std::vector<std::uint8_t> low_memory;                                // from 0x80000 on
  std::vector<isboot_link> links;
  std::deque<std::vector<testing::ScriptedReply>> scripts;  // one a connection
  std::deque<FakeEvent> events;                             // in this order
  std::deque<isboot_wait> foreign_waits;        // of sessions that stand before ours in its list
  std::deque<FakeSession> sessions;             // every one that was added
  bool fail_on_disconnection = false;           // kern.iscsi's
  bool iscsid = false;                          // runs: has /dev/iscsi open
  std::optional<std::uint64_t> iscsid_needs{};  // ms for a login; nothing: it cannot
  isboot_limits limits{262144, 262144};
  int looks_until_disk = 1;
  std::uint64_t lun_comes_at = 0;
  int looks_until_seeded = 0;

  // When nothing is left to wait for, as at the end of a test, the machine stops.
  // iscsi.ko with ICL_KERNEL_PROXY, as 14 and 15 build it by default; an iscsi(4) that is linked
  // into the kernel has none.
  bool proxy = true;
  bool stopping = false;
  bool root_held = true;
  std::set<void*> allocated;  // not yet returned
  std::set<int> open;         // descriptors
  std::vector<isboot_handoff> handoffs;
  std::map<int, std::uint64_t> limit_of;           // of a direction
  std::size_t takes_at_once = SIZE_MAX;            // of what is sent
  std::set<int> raw;                               // descriptors that speak ICMPv6
  std::vector<std::vector<std::uint8_t>> asked;    // of IPv6 routers
  std::size_t router_hears = SIZE_MAX;             // the how manyth question is answered
  std::vector<std::string> twice;                  // sysctls that were added again
  std::function<void(const std::string&)> before;  // each call, by name

  // What sysctl(8) shows.
  std::map<std::string, std::string> shown() const;
  void add_sysctl(const std::string& name, char* value);
  void wait(std::uint64_t ms) {
    EXPECT_TRUE(ms >= 1 && ms <= ISBOOT_MAX_WAIT) << ms;
    now += ms;
  }
  // The connection of the session with this number breaks.
  void lose(std::uint32_t id) { events.push_back({id, FakeEvent::Lost}); }
  void remove(std::uint32_t id) { events.push_back({id, FakeEvent::Removed}); }
  FakeSession* find(std::uint32_t id);
  bool says(const std::string& text) const;
  // The lowest that is free, from 0 on: fdalloc() in sys/kern/kern_descrip.c, of a process whose
  // table kproc_create() made empty.
  int open_descriptor(int lowest);
  int answer(const std::string& name);  // what the call returns, 0 unless it was made to fail
  bool returned_everything() const { return allocated.empty() && open.empty() && !root_held; }

  testing::ScriptedTarget* target = nullptr;  // of the connection that is open
  std::deque<testing::ScriptedTarget> targets;
  std::deque<std::uint8_t> incoming;
  std::uint32_t next_id = 1;
};

// The one that isboot_…() talks to.
FakeKernel& kernel();

isboot_link link_named(const std::string& name, const std::string& mac);

}  // namespace isboot::freebsd::test
