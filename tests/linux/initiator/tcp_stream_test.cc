#include "platform/linux/initiator/tcp_stream.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "platform/linux/system/clock.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

class TcpStreamTest : public ::testing::Test {
protected:
  void SetUp() override {
    listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    auto* address = reinterpret_cast<sockaddr*>(&place);
    ASSERT_EQ(bind(listener_.get(), address, size), 0);
    ASSERT_EQ(listen(listener_.get(), 1), 0);
    ASSERT_EQ(getsockname(listener_.get(), address, &size), 0);
    portal_ = {IpAddress::v4(127, 0, 0, 1), ntohs(place.sin_port)};
  }
  // The number of the link that the connection is bound to; 0: to none.
  int bound() const {
    int number = -1;
    socklen_t size = sizeof number;
    EXPECT_EQ(getsockopt(stream_.descriptor(), SOL_SOCKET, SO_BINDTOIFINDEX, &number, &size), 0);
    return number;
  }

  LinuxClock clock_;
  UniqueFd listener_;
  Portal portal_;
  TcpStream stream_{clock_};
  const unsigned lo_ = if_nametoindex("lo");
};

TEST_F(TcpStreamTest, IsBoundToItsLinkOnlyWhenAsked) {
  ASSERT_TRUE(stream_.connect(portal_, Via{lo_, true}, clock_.now() + 2000));
  EXPECT_EQ(bound(), static_cast<int>(lo_));
  ASSERT_TRUE(stream_.connect(portal_, Via{lo_, false}, clock_.now() + 2000));
  EXPECT_EQ(bound(), 0);
}

TEST_F(TcpStreamTest, ConnectsByNoOtherLinkWhenItCannotBeBound) {
  const auto refused = stream_.connect(portal_, Via{UINT32_MAX, true}, clock_.now() + 2000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(errno_of(refused.error().code), EINVAL);
  const auto none = stream_.connect(portal_, Via{0, true}, clock_.now() + 2000);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::BadValue);
}

TEST_F(TcpStreamTest, IsNotConnectedBecauseNobodySaysWhyItIsNot) {
  listener_.reset();
  ASSERT_TRUE(stream_.start_connect(portal_, Via{lo_, false}));
  pollfd refused{stream_.descriptor(), POLLOUT, 0};
  ASSERT_EQ(poll(&refused, 1, 2000), 1);
  int reason = 0;
  socklen_t size = sizeof reason;
  ASSERT_EQ(getsockopt(stream_.descriptor(), SOL_SOCKET, SO_ERROR, &reason, &size), 0);
  ASSERT_EQ(reason, ECONNREFUSED) << "and the kernel says so once";
  const auto connected = stream_.finish_connect();
  ASSERT_FALSE(connected);
  EXPECT_EQ(errno_of(connected.error().code), ENOTCONN);
}

TEST_F(TcpStreamTest, DoesNotConnectByAnotherLinkWhenItsOwnIsGone) {
  constexpr std::uint32_t kNeverThere = 0x7ffffff0;
  EXPECT_FALSE(stream_.connect(portal_, Via{kNeverThere, true}, clock_.now() + 2000));
}

}  // namespace
}  // namespace isboot::linux_platform
