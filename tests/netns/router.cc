#include "tests/netns/router.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "core/base/bytes.h"
#include "core/base/writer.h"

namespace isboot::netns {
namespace {

constexpr int kHopLimit = 255;  // RFC 4861 section 6.1.2: less is ignored

sockaddr_in6 all_nodes(unsigned link) {
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_scope_id = link;
  const IpAddress address = *parse_ip("ff02::1");
  std::memcpy(&to.sin6_addr, address.bytes.data(), address.bytes.size());
  return to;
}

void join_all_routers(int socket, unsigned link) {
  ipv6_mreq group{};
  const IpAddress address = *parse_ip("ff02::2");
  std::memcpy(&group.ipv6mr_multiaddr, address.bytes.data(), address.bytes.size());
  group.ipv6mr_interface = link;
  EXPECT_EQ(setsockopt(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group), 0);
}

}  // namespace

Router::Router(const Namespace& where, const std::string& link, const Advertisement& what)
    : link_{link}, what_{what} {
  std::thread open{[this, &where] {
    where.enter();
    socket_.reset(socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6));
    index_ = if_nametoindex(link_.c_str());
  }};
  open.join();
  EXPECT_TRUE(socket_);
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
  EXPECT_EQ(setsockopt(socket_.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter), 0);
  EXPECT_EQ(
      setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &kHopLimit, sizeof kHopLimit),
      0);
  EXPECT_EQ(setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, &index_, sizeof index_), 0);
  join_all_routers(socket_.get(), index_);
  thread_ = std::thread{[this] { serve(); }};
}

Router::~Router() {
  ends_ = true;
  thread_.join();
}

void Router::serve() {
  while (!ends_) {
    pollfd waited{socket_.get(), POLLIN, 0};
    if (poll(&waited, 1, 20) <= 0) continue;
    std::array<std::uint8_t, 1500> question{};
    if (recv(socket_.get(), question.data(), question.size(), 0) < 0) continue;
    ++asked_;
    advertise();
  }
}

void Router::advertise() const {
  std::array<std::uint8_t, 64> buffer{};
  Writer out{buffer};
  // Type, code, checksum (the kernel's); hop limit, flags, lifetime; reachable, retransmit.
  out.u8(ND_ROUTER_ADVERT).u8(0).be16(0).u8(64).u8(0).be16(what_.lifetime).be32(0).be32(0);
  if (!what_.prefix.empty()) {
    // Type 3, length 4 × 8; on-link and autonomous; both lifetimes an hour.
    out.u8(3).u8(4).u8(64).u8(0xc0).be32(3600).be32(3600).be32(0);
    out.bytes(parse_ip(what_.prefix)->bytes);
  }
  const auto message = out.finish();
  ASSERT_TRUE(message);
  const sockaddr_in6 to = all_nodes(index_);
  EXPECT_GE(sendto(socket_.get(), message->data(), message->size(), 0,
                   reinterpret_cast<const sockaddr*>(&to), sizeof to),
            0);
}

}  // namespace isboot::netns
