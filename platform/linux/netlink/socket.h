// A netlink socket. Every receive has a deadline; nothing allocates.
// Errors: Errc::TimedOut, Errc::NoSpace, or the errno (system_error.h).
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/ports/clock.h"

namespace isboot::netlink {

struct SocketOptions {
  int protocol = 0;          // NETLINK_ROUTE, NETLINK_ISCSI, …
  std::uint32_t groups = 0;  // bit n-1: member of multicast group n
  std::uint32_t port = 0;    // nl_pid; 0: the kernel chooses one
};

// Owns its descriptor. Moved from: closed.
class Socket {
public:
  static Result<Socket> open(const SocketOptions& options);

  Socket(Socket&& other) noexcept : fd_{other.fd_}, port_{other.port_} { other.fd_ = kClosed; }
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  // Sends to the kernel; the messages of a batch are handled in their order, and one
  // that fails does not stop those behind it.
  Result<Done> send(Bytes messages);

  // The next datagram from the kernel, whole, a view of `buffer`; those of other
  // processes are dropped. Errc::NoSpace: it did not fit and is lost. ENOBUFS: the
  // kernel dropped events because they were not read in time: dump again.
  Result<Bytes> receive(MutableBytes buffer, Clock& clock, Millis deadline);

  // nl_pid: answers to our requests come with it, and so do events that these bring about.
  std::uint32_t port() const { return port_; }

  int descriptor() const { return fd_; }  // for poll(); stays ours

private:
  static constexpr int kClosed = -1;
  explicit Socket(int fd) : fd_{fd} {}

  int fd_;
  std::uint32_t port_ = 0;
};

}  // namespace isboot::netlink
