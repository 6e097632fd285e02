#include "platform/linux/net/resolve/linux_resolver.h"

#include <ares.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// c-ares must not give up before we do.
constexpr Millis kBeyondDeadline = 60'000;

constexpr std::size_t kIdSize = 2;  // of a DNS message, at its start (RFC 1035 section 4.1.1)

// One DNS question and its answer.
class Exchange {
public:
  Exchange(MutableBytes out, Via via) : out_{out}, via_{via} {}
  ~Exchange() {
    if (channel_ != nullptr) ares_destroy(channel_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Result<Done> open(const IpAddress& server, std::uint16_t port, Millis patience);
  Result<std::size_t> run(Bytes query, Clock& clock, Millis deadline);

private:
  static void on_answer(void* self, int status, int timeouts, unsigned char* data, int size);
  static int on_socket(ares_socket_t socket, int type, void* self);
  void wait(Millis now, Millis deadline);

  MutableBytes out_;
  Bytes query_;  // borrowed from run()'s caller
  Via via_;
  ares_channel channel_ = nullptr;
  std::optional<Result<std::size_t>> answer_;
  int socket_error_ = 0;
};

// As one that was told all: nothing of /etc or of the environment counts.
Result<Done> Exchange::open(const IpAddress& server, std::uint16_t port, Millis patience) {
  ares_options options{};
  char lookups[] = "b";  // DNS alone, no file
  options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  options.timeout = static_cast<int>(patience + kBeyondDeadline);
  options.tries = 1;
  options.ndots = 1;
  options.lookups = lookups;
  const int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
                    ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST | ARES_OPT_NOROTATE;
  if (ares_init_options(&channel_, &options, given) != ARES_SUCCESS)
    return Error{Errc::NoSpace, 0, "the resolver cannot start"};
  ares_addr_port_node node{};
  node.udp_port = node.tcp_port = port;
  const Bytes bytes = server.network_bytes();
  node.family = server.is_v4() ? AF_INET : AF_INET6;
  if (server.is_v4())
    std::memcpy(&node.addr.addr4, bytes.data(), bytes.size());
  else
    std::memcpy(&node.addr.addr6, bytes.data(), bytes.size());
  if (ares_set_servers_ports(channel_, &node) != ARES_SUCCESS)
    return Error{Errc::NoSpace, 0, "the resolver takes no server"};
  ares_set_socket_configure_callback(channel_, on_socket, this);
  return Done{};
}

int Exchange::on_socket(ares_socket_t socket, int, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  if (!exchange.via_.only) return 0;
  const int link = static_cast<int>(exchange.via_.link);
  errno = ENODEV;
  // For the kernel 0 is: bound to none.
  if (link != 0 && setsockopt(socket, SOL_SOCKET, SO_BINDTOIFINDEX, &link, sizeof link) == 0)
    return 0;
  exchange.socket_error_ = errno;
  return -1;
}

void Exchange::on_answer(void* self, int status, int, unsigned char* data, int size) {
  auto& exchange = *static_cast<Exchange*>(self);
  const auto count = static_cast<std::size_t>(size);
  if (exchange.socket_error_ != 0)
    exchange.answer_.emplace(system_error(exchange.socket_error_, "no socket by the NIC"));
  else if (status == ARES_ECANCELLED || status == ARES_ETIMEOUT || status == ARES_EDESTRUCTION)
    exchange.answer_.emplace(Error{Errc::TimedOut, 0, "no answer"});
  else if (status != ARES_SUCCESS)
    exchange.answer_.emplace(Error{Errc::Closed, 0, "cannot be reached"});
  else if (count > exchange.out_.size())
    exchange.answer_.emplace(Error{Errc::NoSpace, 0, "its answer is too long"});
  else
    exchange.answer_.emplace(count);
  if (status != ARES_SUCCESS || count > exchange.out_.size()) return;
  std::memcpy(exchange.out_.data(), data, count);
  // c-ares 1.34 (Debian 13) asks with an ID of its own, by which it has found that this is the
  // answer; 1.18 with the caller's. The caller looks for its own.
  const std::size_t id = std::min({count, exchange.query_.size(), kIdSize});
  std::memcpy(exchange.out_.data(), exchange.query_.data(), id);
}

void Exchange::wait(Millis now, Millis deadline) {
  ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
  const int wanted = ares_getsock(channel_, sockets, ARES_GETSOCK_MAXNUM);
  pollfd polled[ARES_GETSOCK_MAXNUM];
  nfds_t count = 0;
  for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
    const bool reads = ARES_GETSOCK_READABLE(wanted, i) != 0;
    const bool writes = ARES_GETSOCK_WRITABLE(wanted, i) != 0;
    if (!reads && !writes) continue;
    polled[count++] = {sockets[i],
                       static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0};
  }
  if (poll(polled, count, poll_timeout(now, deadline)) <= 0) return;
  for (nfds_t i = 0; i < count; ++i) {
    if (polled[i].revents == 0) continue;
    const bool writes = (polled[i].revents & POLLOUT) != 0;
    const bool reads = (polled[i].revents & ~POLLOUT) != 0;
    ares_process_fd(channel_, reads ? polled[i].fd : ARES_SOCKET_BAD,
                    writes ? polled[i].fd : ARES_SOCKET_BAD);
  }
}

Result<std::size_t> Exchange::run(Bytes query, Clock& clock, Millis deadline) {
  query_ = query;
  ares_send(channel_, query.data(), static_cast<int>(query.size()), on_answer, this);
  while (!answer_) {
    const Millis now = clock.now();
    if (now >= deadline)
      ares_cancel(channel_);  // answers
    else
      wait(now, deadline);
  }
  return *answer_;
}

}  // namespace

bool LinuxResolver::is_built_in() { return true; }

Result<std::size_t> LinuxResolver::ask(const IpAddress& server, Bytes query, MutableBytes out,
                                       Via via, Millis deadline) {
  const Millis now = clock_.now();
  if (now >= deadline) return Error{Errc::TimedOut, 0, "no time is left"};
  Exchange exchange{out, via};
  ISBOOT_TRY(exchange.open(server, port_, deadline - now));
  return exchange.run(query, clock_, deadline);
}

bool LinuxResolver::has_route(const IpAddress& address) {
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  const Bytes bytes = address.network_bytes();
  const bool is_v4 = address.is_v4();
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(kPort);
  if (is_v4)
    std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
  else
    std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
  // Nothing is sent: the kernel only looks for a way.
  const UniqueFd probe{socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const void* where = is_v4 ? static_cast<const void*>(&v4) : &v6;
  return probe && connect(probe.get(), static_cast<const sockaddr*>(where),
                          is_v4 ? sizeof v4 : sizeof v6) == 0;
}

}  // namespace isboot::linux_platform
