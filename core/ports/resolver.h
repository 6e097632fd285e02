#pragma once

#include "core/base/bytes.h"
#include "core/base/host_name.h"
#include "core/base/ip_address.h"
#include "core/base/list.h"
#include "core/ports/clock.h"
#include "core/ports/stream.h"

namespace isboot {

// Who is asked for names, in this order.
struct NameServers {
  List<IpAddress, 6> servers;
  List<HostName, 3> domains;  // tried behind a name that has no dot
};

// The way to DNS servers. Calls block, never past `deadline`.
class Resolver {
public:
  // What this machine knows of servers by now, from leases and files.
  virtual NameServers known_servers() = 0;
  // Sends one DNS message to the server and writes its answer into `out`, whole: what does not fit
  // a datagram is asked for again over TCP. Whoever else answers, and an answer to another
  // question, is not heard. Errc::TimedOut, Errc::NoSpace, or the platform's code.
  virtual Result<std::size_t> ask(const IpAddress& server, Bytes query, MutableBytes out, Via via,
                                  Millis deadline) = 0;
  // Whether this machine has a route to the address.
  virtual bool has_route(const IpAddress& address) = 0;

protected:
  ~Resolver() = default;  // never deleted through the port: kernels lack delete
};

}  // namespace isboot
