// Brings one path up, from the NIC to the disk, over the platform's ports. Blocks; the
// machine that decides is Session, this only carries out its steps.
#pragma once

#include "core/boot/plan.h"
#include "core/boot/session.h"
#include "core/names/look_up.h"
#include "core/ports/initiator.h"
#include "core/ports/log.h"

namespace isboot::boot {

// The kernel's session, and all that bringing it back, or up, will take.
struct BootSession {
  SessionId session{};
  Lun lun;
  DiskName disk{};       // empty before the first login
  SessionConfig kernel;  // its portal is where later logins start
  iscsi::LoginConfig login;
  Portal found_by_name{};  // where the login ended, if a redirect to a name led there
  LinkId link{};
  std::optional<NicSetup> nic{};  // nothing: the network was there, and is not ours to mend
  ibft::Origin origin = ibft::Origin::Manual;                  // of the NIC's settings
  std::uint16_t time2wait = iscsi::SessionParams{}.time2wait;  // agreed on, in seconds
  bool logged_in = false;
};

enum class Nic : std::uint8_t { BringUp, LeaveAlone };

// A path whose server was found by its name: each try goes to the next of the addresses.
struct FoundPath {
  Path path;
  names::Addresses addresses;
  Nic nic;
  Millis give_up;
  std::size_t at = 0;  // of the address that the path has

  void take(std::size_t number) {
    at = number;
    path.portal.address = path.link.target = addresses[number];
  }
};

// What establish() works in, 45 KiB: a kernel's stack has 16. For one path after the other; an
// owner that has them on the heap needs little stack.
struct Workroom {
  std::optional<BootSession> made;  // the session that is the kernel's afterwards

  // Of no use to others.
  std::optional<Session> session;
  std::array<std::uint8_t, 2048> received{};
  std::optional<FoundPath> found;
  std::optional<names::Asking> asking;
};

struct Ports {
  Network& network;
  Initiator& initiator;
  Stream& stream;
  Clock& clock;
  Hash& hash;
  Entropy& entropy;
  Log& log;
  Workroom& room;
  Resolver* resolver = nullptr;  // none: names of servers are refused
};

// What becomes of a session that nobody has answered in time.
enum class Unanswered : std::uint8_t {
  TakenBack,
  Left,  // with the kernel, and in room.made: somebody else may go on with it
};

// A server that has a name is looked up once its NIC is there, until `give_up`; each try to log in
// goes to the next of its addresses. Every step is logged as one line, a failure with what to do
// next. What was made for a path that fails is taken back, but for the NIC's settings. `give_up` is
// a time on ports.clock; the whole never takes longer. The session is the kernel's afterwards, and
// in ports.room.made.
Result<Done> establish(const Path& path, const Parameters& parameters, Millis give_up, Ports& ports,
                       Unanswered unanswered = Unanswered::TakenBack);

// As establish(), over the network as it is: its routes lead to the target, or path.over does. A
// name is looked up once.
Result<Done> establish_over_routes(const Path& path, const Parameters& parameters, Millis give_up,
                                   Ports& ports);

}  // namespace isboot::boot
