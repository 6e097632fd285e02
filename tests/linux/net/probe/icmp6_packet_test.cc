#include "platform/linux/net/probe/icmp6_packet.h"

#include <gtest/gtest.h>

namespace isboot::linux_platform {
namespace {

TEST(Icmp6Packet, AsksAllRoutersFromNoAddress) {
  std::array<std::uint8_t, kMaxIcmp6Packet> buffer{};
  const auto packet = write_router_question(buffer);
  ASSERT_TRUE(packet);
  ASSERT_EQ(packet->size(), 48U);
  const std::uint8_t start[] = {0x60, 0, 0, 0, 0, 8, 58, 255};
  EXPECT_TRUE(std::equal(std::begin(start), std::end(start), packet->begin()));
  for (int i = 8; i < 24; ++i) EXPECT_EQ((*packet)[static_cast<std::size_t>(i)], 0) << i;
  EXPECT_TRUE(std::equal(kAllRouters.bytes.begin(), kAllRouters.bytes.end(), packet->begin() + 24));
  // Type 133; the sum of the pseudo-header, ff02::2, length and protocol, and of the message is
  // 0xff02 + 2 + 8 + 58 + 0x8500 = 0x18446, folded 0x8447.
  const std::uint8_t message[] = {133, 0, 0x7b, 0xb8, 0, 0, 0, 0};
  EXPECT_TRUE(std::equal(std::begin(message), std::end(message), packet->begin() + 40));
}

TEST(Icmp6Packet, GoesToTheGroupsMac) {
  EXPECT_EQ(multicast_mac(kAllRouters), (MacAddress{{0x33, 0x33, 0, 0, 0, 2}}));
}

TEST(Icmp6Packet, SaysWhenItDoesNotFit) {
  std::array<std::uint8_t, 47> buffer{};
  EXPECT_FALSE(write_router_question(buffer));
}

}  // namespace
}  // namespace isboot::linux_platform
