#include "platform/linux/net/probe/mtu_probe.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "platform/linux/net/probe/echo.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// Every host takes IPv4 packets of 576 bytes (RFC 791 section 3.1), every link carries
// IPv6 packets of 1280 (RFC 8200 section 5). The reply shows that the target answers at all.
constexpr std::size_t kSmallV4 = 576;
constexpr std::size_t kSmallV6 = 1280;

// The first answer may need ARP, and a switch that has just seen the link come up.
constexpr Millis kFirstWait = 1'000;
constexpr Millis kNextWait = 300;
constexpr int kTries = 3;

class Prober {
public:
  static Result<Prober> open(Text link_name, const IpAddress& target, Clock& clock);
  // Whether a packet of that size came back: three tries of `wait` each.
  Result<bool> comes_back(std::size_t packet_size, Millis wait, Millis deadline);

private:
  Prober(UniqueFd socket, const IpAddress& target, std::uint32_t scope, Clock& clock)
      : socket_{std::move(socket)}, target_{target}, scope_{scope}, clock_{&clock} {}
  Result<bool> send(const Echo& echo);
  Result<bool> wait_for(const Echo& echo, Millis limit);

  UniqueFd socket_;
  IpAddress target_;
  std::uint32_t scope_;
  Clock* clock_;
  std::uint16_t sequence_ = 0;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(65536);
};

Result<Done> set_option(int fd, int level, int name, int value) {
  if (setsockopt(fd, level, name, &value, sizeof value) != 0)
    return system_error(errno, "setting up the MTU probe");
  return Done{};
}

Result<Prober> Prober::open(Text link_name, const IpAddress& target, Clock& clock) {
  const bool v4 = target.is_v4();
  UniqueFd fd{v4 ? socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP)
                 : socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6)};
  if (!fd) return system_error(errno, "socket of the MTU probe");
  const std::string name{link_name};
  if (setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, name.data(),
                 static_cast<socklen_t>(name.size())) != 0)
    return system_error(errno, "setting up the MTU probe");
  // "Don't fragment" on every packet, whatever the kernel believes of the path. A
  // router's "too big" then comes back as the error EMSGSIZE, sooner than silence ends.
  if (v4) {
    ISBOOT_TRY(set_option(fd.get(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE));
    ISBOOT_TRY(set_option(fd.get(), IPPROTO_IP, IP_RECVERR, 1));
  } else {
    ISBOOT_TRY(set_option(fd.get(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE));
    ISBOOT_TRY(set_option(fd.get(), IPPROTO_IPV6, IPV6_RECVERR, 1));
  }
  const std::uint32_t scope = target.is_link_local() ? if_nametoindex(name.c_str()) : 0;
  return Prober{std::move(fd), target, scope, clock};
}

// False: it is larger than this link's own MTU.
Result<bool> Prober::send(const Echo& echo) {
  const Bytes message = ISBOOT_TRY(write_echo(buffer_, echo));
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_in6);
  const Bytes address = target_.network_bytes();
  if (target_.is_v4()) {
    auto* place = reinterpret_cast<sockaddr_in*>(&storage);
    place->sin_family = AF_INET;
    std::copy(address.begin(), address.end(), reinterpret_cast<std::uint8_t*>(&place->sin_addr));
    size = sizeof(sockaddr_in);
  } else {
    auto* place = reinterpret_cast<sockaddr_in6*>(&storage);
    place->sin6_family = AF_INET6;
    place->sin6_scope_id = scope_;
    std::copy(address.begin(), address.end(), place->sin6_addr.s6_addr);
  }
  if (sendto(socket_.get(), message.data(), message.size(), 0,
             reinterpret_cast<const sockaddr*>(&storage), size) >= 0)
    return true;
  if (errno == EMSGSIZE) return false;
  // Lost on the way out, or the report of an earlier loss: silence, like any other loss.
  if (errno == ENOBUFS || errno == EHOSTUNREACH) return true;
  return system_error(errno, "sending the MTU probe");
}

// False: no reply, or a router says that the packet was too large.
Result<bool> Prober::wait_for(const Echo& echo, Millis limit) {
  for (;;) {
    pollfd waited{socket_.get(), POLLIN, 0};
    const int ready = poll(&waited, 1, poll_timeout(clock_->now(), limit));
    if (ready < 0 && errno != EINTR) return system_error(errno, "waiting for the MTU probe");
    if (ready <= 0) {
      if (clock_->now() >= limit) return false;
      continue;
    }
    const ssize_t length = recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (length < 0 && errno == EMSGSIZE) return false;
    if (length >= 0 && is_reply(Bytes{buffer_}.first(static_cast<std::size_t>(length)), echo))
      return true;
    // Something else: the reply to an earlier try, another's echo, or "unreachable" while
    // ARP still runs. An error has a copy in a queue, for which poll() would return for ever.
    if ((waited.revents & POLLERR) != 0)
      (void)recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_ERRQUEUE | MSG_DONTWAIT);
  }
}

Result<bool> Prober::comes_back(std::size_t packet_size, Millis wait, Millis deadline) {
  for (int i = 0; i < kTries && clock_->now() < deadline; ++i) {
    const Echo echo{target_.is_v4(), static_cast<std::uint16_t>(getpid()), ++sequence_,
                    packet_size};
    if (!ISBOOT_TRY(send(echo))) return false;
    if (ISBOOT_TRY(wait_for(echo, std::min(deadline, clock_->now() + wait)))) return true;
  }
  return false;
}

}  // namespace

Result<MtuVerdict> probe_mtu(Text link_name, const IpAddress& target, std::uint32_t mtu,
                             Clock& clock, Millis deadline) {
  Prober prober = ISBOOT_TRY(Prober::open(link_name, target, clock));
  if (!ISBOOT_TRY(prober.comes_back(target.is_v4() ? kSmallV4 : kSmallV6, kFirstWait, deadline)))
    return MtuVerdict::NoAnswer;
  if (ISBOOT_TRY(prober.comes_back(mtu, kNextWait, deadline))) return MtuVerdict::Carries;
  return MtuVerdict::TooLarge;
}

}  // namespace isboot::linux_platform
