// Brings one path up, from the NIC to the disk, over the platform's ports. Blocks; the
// machine that decides is Session, this only carries out its steps.
#pragma once

#include "core/boot/plan.h"
#include "core/boot/session.h"
#include "core/ports/initiator.h"
#include "core/ports/log.h"
#include "core/ports/resolver.h"

namespace isboot::boot {

struct Ports {
  Network& network;
  Initiator& initiator;
  Stream& stream;
  Clock& clock;
  Hash& hash;
  Entropy& entropy;
  Log& log;
  Resolver* resolver = nullptr;  // none: names of servers are refused
};

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

// A server that has a name is looked up once its NIC is there, until `give_up`; each try to log in
// goes to the next of its addresses. Every step is logged as one line, a failure with what to do
// next. What was made for a path that fails is taken back, but for the NIC's settings. `give_up` is
// a time on ports.clock; the whole never takes longer. The session is the kernel's afterwards. With
// `later`, a session that nobody has answered by `give_up` stays with the kernel and is put there:
// somebody else may go on with it.
Result<BootSession> establish(const Path& path, const Parameters& parameters, Millis give_up,
                              Ports& ports, std::optional<BootSession>* later = nullptr);

// As establish(), over the network as it is: its routes lead to the target, or path.over does. A
// name is looked up once.
Result<BootSession> establish_over_routes(const Path& path, const Parameters& parameters,
                                          Millis give_up, Ports& ports);

}  // namespace isboot::boot
