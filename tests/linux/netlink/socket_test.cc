#include "platform/linux/netlink/socket.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "platform/linux/netlink/message_reader.h"
#include "platform/linux/netlink/message_writer.h"
#include "platform/linux/system_error.h"

namespace isboot::netlink {
namespace {

class SteadyClock final : public Clock {
public:
  Millis now() override {
    return static_cast<Millis>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
  }
  void sleep_until(Millis when) override {
    std::this_thread::sleep_for(std::chrono::milliseconds{when - now()});
  }
};

Socket open_route() {
  auto opened = Socket::open({NETLINK_ROUTE});
  EXPECT_TRUE(opened);
  return std::move(opened).value();
}

// Asks for the loopback interface, which every network namespace has as number 1.
Bytes ask_for_loopback(MutableBytes buffer, std::uint32_t index) {
  MessageWriter out{buffer};
  out.begin(RTM_GETLINK, NLM_F_REQUEST, 77).u8(AF_UNSPEC).u8(0).u16(0).u32(index).u32(0).u32(0);
  return *out.finish();
}

TEST(NetlinkSocket, TalksWithTheKernel) {
  Socket socket = open_route();
  SteadyClock clock;
  std::array<std::uint8_t, 64> request{};
  std::array<std::uint8_t, 16384> buffer{};
  ASSERT_TRUE(socket.send(ask_for_loopback(request, 1)));
  const auto datagram = socket.receive(buffer, clock, clock.now() + 5000);
  ASSERT_TRUE(datagram);
  const auto message = MessageReader{*datagram}.next();
  ASSERT_TRUE(message && message->has_value());
  EXPECT_EQ((*message)->type, RTM_NEWLINK);
  EXPECT_EQ((*message)->sequence, 77U);
}

TEST(NetlinkSocket, GetsTheErrnoOfARequestThatFails) {
  Socket socket = open_route();
  SteadyClock clock;
  std::array<std::uint8_t, 64> request{};
  std::array<std::uint8_t, 4096> buffer{};
  ASSERT_TRUE(socket.send(ask_for_loopback(request, 0x7ffffff0)));
  const auto datagram = socket.receive(buffer, clock, clock.now() + 5000);
  ASSERT_TRUE(datagram);
  const auto answer = read_answer(**MessageReader{*datagram}.next());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, ENODEV);
}

TEST(NetlinkSocket, SaysWhenADatagramDidNotFit) {
  Socket socket = open_route();
  SteadyClock clock;
  std::array<std::uint8_t, 64> request{};
  std::array<std::uint8_t, 32> small{};
  ASSERT_TRUE(socket.send(ask_for_loopback(request, 1)));
  const auto datagram = socket.receive(small, clock, clock.now() + 5000);
  ASSERT_FALSE(datagram);
  EXPECT_EQ(datagram.error().code, Errc::NoSpace);
}

TEST(NetlinkSocket, StopsWaitingAtTheDeadline) {
  Socket socket = open_route();
  SteadyClock clock;
  std::array<std::uint8_t, 64> buffer{};
  const Millis start = clock.now();
  const auto datagram = socket.receive(buffer, clock, start + 30);
  ASSERT_FALSE(datagram);
  EXPECT_EQ(datagram.error().code, Errc::TimedOut);
  EXPECT_GE(clock.now(), start + 30);
  EXPECT_LT(clock.now(), start + 2000);
}

TEST(NetlinkSocket, NamesAProtocolThatTheKernelDoesNotHave) {
  const auto opened = Socket::open({MAX_LINKS - 1});
  ASSERT_FALSE(opened);
  EXPECT_EQ(errno_of(opened.error().code), EPROTONOSUPPORT);
  EXPECT_EQ(system_error_text(opened.error().code), "Protocol not supported");
}

TEST(SystemErrorText, IsEmptyForCodesOfOurOwn) { EXPECT_EQ(system_error_text(Errc::TimedOut), ""); }

}  // namespace
}  // namespace isboot::netlink
