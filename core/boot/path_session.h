// What a path has of the network and of the kernel while it is brought up: the link, the session,
// and, where the server has a name, which of its addresses is tried. Blocks.
#pragma once

#include "core/boot/establish.h"
#include "core/names/look_up.h"

namespace isboot::boot {

enum class Nic : std::uint8_t { BringUp, LeaveAlone };

// The link that carries the path's address; none when it is left alone.
Result<LinkId> configure_link(const Path& path, Nic nic, Millis give_up, Ports& ports);

// The kernel's session, with nobody logged in; a failure is told of.
Result<SessionId> create_session(const SessionConfig& config, Ports& ports);

// Two sessions for one would be seen at the target if somebody else logs in, too.
void take_isid(BootSession& made, Ports& ports);

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

// The next address of the server, all of it: its route, and what the kernel shows of the session.
Result<Done> move_on(FoundPath& found, BootSession& made, Ports& ports);

}  // namespace isboot::boot
