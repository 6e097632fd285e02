#include "platform/linux/netlink/socket.h"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/linux/system/clock.h"
#include "platform/linux/system_error.h"

namespace isboot::netlink {
namespace {

// Errors come with the kernel's own words, and without a copy of the request. Kernels
// before 4.12 have neither option: answers are then longer and without words.
void ask_for_short_answers_with_reasons(int fd) {
  const int on = 1;
  (void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  (void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
}

Result<Done> wait_readable(int fd, Clock& clock, Millis deadline) {
  for (;;) {
    pollfd waited{fd, POLLIN, 0};
    const int ready = poll(&waited, 1, linux_platform::poll_timeout(clock.now(), deadline));
    if (ready > 0) return Done{};
    if (ready < 0 && errno != EINTR) return system_error(errno, "poll of a netlink socket");
    // A signal may come at any time: only the clock ends the wait.
    if (clock.now() >= deadline) return Error{Errc::TimedOut, 0, "the kernel did not answer"};
  }
}

}  // namespace

Result<Socket> Socket::open(const SocketOptions& options) {
  Socket opened{socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, options.protocol)};
  if (opened.fd_ < 0) return system_error(errno, "socket(AF_NETLINK)");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_pid = options.port;
  address.nl_groups = options.groups;
  if (bind(opened.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error(errno, "bind of a netlink socket");
  socklen_t size = sizeof address;
  if (getsockname(opened.fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return system_error(errno, "the address of a netlink socket");
  opened.port_ = address.nl_pid;
  ask_for_short_answers_with_reasons(opened.fd_);
  return opened;
}

Socket::~Socket() {
  if (fd_ != kClosed) (void)close(fd_);
}

Result<Done> Socket::send(Bytes messages) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t sent = sendto(fd_, messages.data(), messages.size(), 0,
                                reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent >= 0) return Done{};  // a datagram goes whole or not at all
    if (errno != EINTR) return system_error(errno, "send to netlink");
  }
}

Result<Bytes> Socket::receive(MutableBytes buffer, Clock& clock, Millis deadline) {
  // Most answers are there already: no need to ask for them first.
  for (;;) {
    sockaddr_nl sender{};
    socklen_t sender_size = sizeof sender;
    // MSG_TRUNC: the datagram's real length is returned, also when it did not fit.
    const ssize_t length = recvfrom(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC,
                                    reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (length < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return system_error(errno, "receive from netlink");
      ISBOOT_TRY(wait_readable(fd_, clock, deadline));
      continue;
    }
    if (sender.nl_pid != 0) continue;
    if (static_cast<std::size_t>(length) > buffer.size())
      return Error{Errc::NoSpace, 0, "netlink datagram is larger than the buffer"};
    return Bytes{buffer.first(static_cast<std::size_t>(length))};
  }
}

}  // namespace isboot::netlink
