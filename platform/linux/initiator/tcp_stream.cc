#include "platform/linux/initiator/tcp_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "platform/linux/system/clock.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

SocketAddress socket_address(const Portal& portal, std::uint32_t link) {
  SocketAddress address;
  const Bytes bytes = portal.address.network_bytes();
  if (portal.address.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(portal.port);
    std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&address.storage, &in, sizeof in);
    address.length = sizeof in;
  } else {
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(portal.port);
    in6.sin6_scope_id = portal.address.is_link_local() ? link : 0;
    std::memcpy(&in6.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&address.storage, &in6, sizeof in6);
    address.length = sizeof in6;
  }
  return address;
}

// Both what is sent and what comes. By number: to look a name up takes an ioctl, which the
// keeper's filter of system calls refuses. Through another NIC the session would work, and
// nobody would see that two paths have become one: so a refusal is an error.
Result<Done> bind_to_link(int socket, std::uint32_t link) {
  if (link == 0)  // for the kernel: bound to none
    return Error{Errc::BadValue, 0, "the connection has no NIC that it could be bound to"};
  const int number = static_cast<int>(link);
  if (setsockopt(socket, SOL_SOCKET, SO_BINDTOIFINDEX, &number, sizeof number) == 0) return Done{};
  return system_error(errno, "the connection cannot be bound to its NIC (needs Linux 5.7)");
}

}  // namespace

Result<Done> TcpStream::wait_for(short events, Millis deadline) {
  pollfd waiting{fd_.get(), events, 0};
  for (;;) {
    const int ready = poll(&waiting, 1, poll_timeout(clock_.now(), deadline));
    if (ready > 0) return Done{};
    if (ready == 0) return Error{Errc::TimedOut, 0, "no answer in time"};
    if (errno != EINTR) return system_error(errno, "poll failed");
  }
}

Result<Done> TcpStream::start_connect(const Portal& portal, Via via) {
  const SocketAddress address = socket_address(portal, via.link);
  fd_.reset(socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd_) return system_error(errno, "no socket can be had");
  if (via.only) ISBOOT_TRY(bind_to_link(fd_.get(), via.link));
  const int on = 1;
  (void)setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(fd_.get(), where, address.length) == 0 || errno == EINPROGRESS) return Done{};
  return system_error(errno, "the connection failed");
}

Result<Done> TcpStream::finish_connect() {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  // No error is no connection yet. Asked by getsockopt() too, which the keeper may call.
  tcp_info now{};
  size = sizeof now;
  if (error == 0 && getsockopt(fd_.get(), IPPROTO_TCP, TCP_INFO, &now, &size) != 0) error = errno;
  if (error == 0 && (now.tcpi_state == TCP_CLOSE || now.tcpi_state == TCP_SYN_SENT))
    error = ENOTCONN;
  if (error != 0) return system_error(error, "the connection failed");
  return Done{};
}

Result<Done> TcpStream::connect(const Portal& portal, Via via, Millis deadline) {
  ISBOOT_TRY(start_connect(portal, via));
  ISBOOT_TRY(wait_for(POLLOUT, deadline));
  return finish_connect();
}

Result<Done> TcpStream::send(Bytes data, Millis deadline) {
  while (!data.empty()) {
    const ssize_t sent = ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      data = data.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      ISBOOT_TRY(wait_for(POLLOUT, deadline));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return Error{Errc::Closed, 0, "the target closed the connection"};
    } else if (errno != EINTR) {
      return system_error(errno, "sending failed");
    }
  }
  return Done{};
}

Result<std::size_t> TcpStream::receive(MutableBytes out, Millis deadline) {
  for (;;) {
    const ssize_t count = recv(fd_.get(), out.data(), out.size(), 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count == 0 || errno == ECONNRESET)
      return Error{Errc::Closed, 0, "the target closed the connection"};
    if (errno == EAGAIN)
      ISBOOT_TRY(wait_for(POLLIN, deadline));
    else if (errno != EINTR)
      return system_error(errno, "receiving failed");
  }
}

}  // namespace isboot::linux_platform
