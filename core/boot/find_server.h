// From the name of a path's server, or of a redirect's, to addresses. Blocks.
#pragma once

#include "core/boot/establish.h"
#include "core/names/look_up.h"

namespace isboot::boot {

// How the name is looked up: over the path's NIC alone, by the servers that the table names and
// those that the machine knows; or, for a network that is left alone, wherever routes lead to.
enum class Over : std::uint8_t { Nic, Routes };

// What leads through a NIC that is set up so.
names::Reach reach_of(const LinkConfig& config);

// Who is asked, and for what `path` and its NIC can reach. Made in ports.room, borrows the ports,
// whose resolver is there.
names::Asking& asking_for(const Path& path, Over over, LinkId link, Ports& ports);

// One look-up, told in a line: what was found, or what each server said and what to do next.
// `then` ends the line of a failure. Errors of look_up(), or Errc::Unsupported without a resolver.
Result<names::Addresses> find_server(Text host, const Path& path, Over over, LinkId link,
                                     Millis deadline, Ports& ports, LogLevel failure,
                                     Text then = {});

// The same again, with pauses, until `give_up`: after a power loss the name server may come last.
Result<names::Addresses> await_server(const Path& path, LinkId link, Millis give_up, Ports& ports);

}  // namespace isboot::boot
