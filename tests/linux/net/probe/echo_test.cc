#include "platform/linux/net/probe/echo.h"

#include <gtest/gtest.h>

#include <vector>

namespace isboot::linux_platform {
namespace {

constexpr Echo kV4{true, 0x1234, 0x0001, 30};
constexpr Echo kV6{false, 0x1234, 0x0001, 50};

// What a raw socket gets back for `echo`: of IPv4 with `header_words` of IP header.
std::vector<std::uint8_t> reply_to(const Echo& echo, std::uint8_t header_words = 5) {
  std::vector<std::uint8_t> message(256);
  message.resize(write_echo(message, echo)->size());
  message[0] = echo.v4 ? 0 : 129;
  if (!echo.v4) return message;
  std::vector<std::uint8_t> packet(header_words * 4U);
  packet[0] = static_cast<std::uint8_t>(0x40 | header_words);
  packet.insert(packet.end(), message.begin(), message.end());
  return packet;
}

TEST(Echo, IsARequestOfTheSizeAskedFor) {
  std::array<std::uint8_t, 64> buffer{};
  const auto v4 = write_echo(buffer, kV4);
  ASSERT_TRUE(v4);
  // Type 8, code 0, checksum over "0800 0000 1234 0001 0000": ~(0x0800 + 0x1234 + 1).
  const std::vector<std::uint8_t> expected{8, 0, 0xe5, 0xca, 0x12, 0x34, 0, 1, 0, 0};
  EXPECT_EQ((std::vector<std::uint8_t>{v4->begin(), v4->end()}), expected);
  const auto v6 = write_echo(buffer, kV6);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->size(), 10U);
  EXPECT_EQ((*v6)[0], 128);
  EXPECT_EQ((*v6)[2], 0);  // the kernel's
}

TEST(Echo, RefusesAPacketSmallerThanItsHeaders) {
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_FALSE(write_echo(buffer, Echo{true, 1, 1, 27}));
  EXPECT_FALSE(write_echo(buffer, Echo{false, 1, 1, 47}));
  EXPECT_FALSE(write_echo(buffer, Echo{true, 1, 1, 93}));  // larger than the buffer
}

TEST(EchoReply, IsRecognised) {
  EXPECT_TRUE(is_reply(reply_to(kV4), kV4));
  EXPECT_TRUE(is_reply(reply_to(kV4, 6), kV4)) << "an IP header with options";
  EXPECT_TRUE(is_reply(reply_to(kV6), kV6));
}

TEST(EchoReply, IsNotAnythingElse) {
  EXPECT_FALSE(is_reply(reply_to({true, 0x1234, 0x0002, 30}), kV4)) << "of another try";
  EXPECT_FALSE(is_reply(reply_to({true, 0x1235, 0x0001, 30}), kV4)) << "another program's";
  EXPECT_FALSE(is_reply(reply_to({true, 0x1234, 0x0001, 29}), kV4)) << "cut on the way";
  auto request = reply_to(kV4);
  request[20] = 8;
  EXPECT_FALSE(is_reply(request, kV4));
  EXPECT_FALSE(is_reply({}, kV4));
  EXPECT_FALSE(is_reply({}, kV6));
  const std::uint8_t header_past_the_end[] = {0x4f, 0, 0, 0};
  EXPECT_FALSE(is_reply(header_past_the_end, kV4));
}

}  // namespace
}  // namespace isboot::linux_platform
