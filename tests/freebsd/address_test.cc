#include "platform/freebsd/socket_address.h"

#include <gtest/gtest.h>

#include <vector>

namespace isboot::freebsd {
namespace {

std::vector<int> ints(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(SocketAddress, IsTheKernelsStructure) {
  EXPECT_EQ(ints(SocketAddress::of({IpAddress::v4(10, 0, 2, 2), 3260}, 5).bytes()),
            (std::vector<int>{16, 2, 0x0c, 0xbc, 10, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(ints(SocketAddress::of({*parse_ip("fe80::1"), 3260}, 5).bytes()),
            (std::vector<int>{28, 28, 0x0c, 0xbc, 0, 0, 0, 0, 0xfe, 0x80, 0, 0, 0, 0,
                              0,  0,  0,    0,    0, 0, 0, 0, 0,    1,    5, 0, 0, 0}));
}

TEST(SocketAddress, HasAScopeOnlyWhereOneIsNeeded) {
  EXPECT_EQ(SocketAddress::of({*parse_ip("fd00::1"), 1}, 5).bytes()[24], 0);
  EXPECT_EQ(SocketAddress::of({*parse_ip("ff02::2"), 0}, 5).bytes()[24], 5);
}

TEST(SocketAddress, KeepsTheScopeInsideALinkLocalRoute) {
  const SocketAddress route = SocketAddress::for_route(*parse_ip("fe80::1"), 0x102);
  EXPECT_EQ(route.bytes()[10], 1);
  EXPECT_EQ(route.bytes()[11], 2);
  EXPECT_EQ(ints(SocketAddress::for_route(*parse_ip("fd00::1"), 5).bytes()),
            ints(SocketAddress::of(*parse_ip("fd00::1")).bytes()));
}

TEST(SocketAddress, MasksAreOfTheAddressesFamily) {
  EXPECT_EQ(ints(SocketAddress::mask(IpAddress::v4(10, 0, 2, 2), 20).bytes()),
            (std::vector<int>{16, 2, 0, 0, 255, 255, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(SocketAddress::mask(*parse_ip("fd00::1"), 65).bytes()[15], 0xff);
  EXPECT_EQ(SocketAddress::mask(*parse_ip("fd00::1"), 65).bytes()[16], 0x80);
  EXPECT_EQ(SocketAddress::mask(*parse_ip("fd00::1"), 0).bytes()[8], 0);
}

}  // namespace
}  // namespace isboot::freebsd
