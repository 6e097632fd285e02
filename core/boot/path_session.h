// What a path has of the network and of the kernel while it is brought up: the link, the session,
// and, where the server has a name, which of its addresses is tried. Blocks.
#pragma once

#include "core/boot/establish.h"

namespace isboot::boot {

// The link that carries the path's address; none when it is left alone.
Result<LinkId> configure_link(const Path& path, Nic nic, Millis give_up, Ports& ports);

// The kernel's session, with nobody logged in; a failure is told of.
Result<SessionId> create_session(const SessionConfig& config, Ports& ports);

// Two sessions for one would be seen at the target if somebody else logs in, too.
void take_isid(BootSession& made, Ports& ports);

// The next address of the server, all of it: its route, and what the kernel shows of the session.
Result<Done> move_on(FoundPath& found, BootSession& made, Ports& ports);

}  // namespace isboot::boot
