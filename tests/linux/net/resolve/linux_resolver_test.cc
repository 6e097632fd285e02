#include "platform/linux/net/resolve/linux_resolver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>

#include "core/names/dns_message.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr Millis kLong = 60'000;

// A socket of loopback that answers each datagram once with its own bytes, as an answer.
class Loopback {
public:
  Loopback() : socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
  }
  void answer_one() {
    std::array<std::uint8_t, 512> buffer{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t count = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 3) return;
    buffer[2] = static_cast<std::uint8_t>(buffer[2] | 0x80);
    (void)sendto(socket_.get(), buffer.data(), static_cast<std::size_t>(count), 0,
                 reinterpret_cast<sockaddr*>(&from), size);
  }
  std::uint16_t port = 0;

private:
  UniqueFd socket_;
};

class LinuxResolverTest : public ::testing::Test {
protected:
  void SetUp() override {
    if (!LinuxResolver::is_built_in()) GTEST_SKIP() << "built without names";
  }
  Result<std::size_t> ask(std::uint16_t port, Via via, Millis patience) {
    LinuxResolver resolver{clock_, [] { return NameServers{}; }, port};
    std::array<std::uint8_t, names::kMaxQuery> buffer{};
    const auto query = names::write_query({0x1234, "storage.example", names::Family::V4}, buffer);
    return resolver.ask(IpAddress::v4(127, 0, 0, 1), *query, answer_, via, clock_.now() + patience);
  }

  LinuxClock clock_;
  std::array<std::uint8_t, 512> answer_{};
};

TEST_F(LinuxResolverTest, GivesTheAnswerAsItCame) {
  Loopback server;
  std::thread thread{[&server] { server.answer_one(); }};
  const auto size = ask(server.port, {}, kLong);
  thread.join();
  ASSERT_TRUE(size) << size.error().text;
  names::Addresses addresses;
  const names::Question question{0x1234, "storage.example", names::Family::V4};
  EXPECT_EQ(names::read_reply(question, Bytes{answer_}.first(*size), addresses),
            names::Reply::NoAddress);
}

TEST_F(LinuxResolverTest, EndsAtTheDeadlineOfASilentServer) {
  Loopback server;
  const Millis start = clock_.now();
  const auto size = ask(server.port, {}, 50);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, Errc::TimedOut);
  EXPECT_GE(clock_.now(), start + 50);
}

TEST_F(LinuxResolverTest, TellsThatNobodyListens) {
  std::uint16_t port = 0;
  {
    const Loopback gone;
    port = gone.port;
  }
  const auto size = ask(port, {}, kLong);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, Errc::Closed);
}

// A path's question goes by no other NIC.
TEST_F(LinuxResolverTest, FailsWhereTheNicIsNotThere) {
  const Loopback server;
  const auto size = ask(server.port, {.link = 0x7fffffff, .only = true}, kLong);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, Errc::Closed);  // the kernel has no way
  const auto unbound = ask(server.port, {.link = 0, .only = true}, kLong);
  ASSERT_FALSE(unbound);
  EXPECT_EQ(errno_of(unbound.error().code), ENODEV);
}

TEST_F(LinuxResolverTest, KnowsWhereARouteLeadsTo) {
  LinuxResolver resolver{clock_, [] { return NameServers{}; }};
  EXPECT_TRUE(resolver.has_route(IpAddress::v4(127, 0, 0, 1)));
  EXPECT_FALSE(resolver.has_route(*parse_ip("fe80::1")));  // of which link?
}

}  // namespace
}  // namespace isboot::linux_platform
