#include "platform/linux/net/probe/address_probe.h"

#include <gtest/gtest.h>

#include <vector>

namespace isboot::linux_platform {
namespace {

using Packet = std::vector<std::uint8_t>;

constexpr MacAddress kMac{{0x52, 0x54, 0, 0, 0, 1}};

Packet packet_of(const Result<Bytes>& written) {
  EXPECT_TRUE(written);
  return {written->begin(), written->end()};
}

TEST(ArpProbe, AsksFromNobody) {
  std::array<std::uint8_t, kMaxAddressProbe> buffer{};
  EXPECT_EQ(packet_of(write_arp_probe(kMac, IpAddress::v4(10, 0, 2, 15), buffer)),
            (Packet{0,    1,    8, 0, 6, 4, 0,  1,            // Ethernet, IPv4, a question
                    0x52, 0x54, 0, 0, 0, 1, 0,  0, 0, 0,      // our MAC, no address
                    0,    0,    0, 0, 0, 0, 10, 0, 2, 15}));  // whose is 10.0.2.15?
}

TEST(ArpProbe, ClaimsNothingItself) {
  std::array<std::uint8_t, kMaxAddressProbe> buffer{};
  const Packet probe = packet_of(write_arp_probe(kMac, IpAddress::v4(10, 0, 2, 15), buffer));
  EXPECT_FALSE(read_arp(probe));
}

TEST(Arp, ClaimsItsSendersAddressInQuestionAndAnswer) {
  Packet packet{0,  1, 8, 0,  6, 4, 0, 2, 0x52, 0x54, 0,  0, 0, 1,
                10, 0, 2, 15, 2, 0, 0, 0, 0,    9,    10, 0, 2, 9};
  for (const bool is_answer : {false, true}) {
    packet[7] = is_answer ? 2 : 1;
    const auto claim = read_arp(packet);
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->address, IpAddress::v4(10, 0, 2, 15));
    EXPECT_EQ(claim->mac, kMac);
  }
}

TEST(Arp, IsPassedOverWhenItIsOfAnotherKindOrCut) {
  const Packet good{0, 1, 8, 0, 6, 4, 0, 2, 0x52, 0x54, 0, 0, 0, 1, 10, 0, 2, 15};
  ASSERT_TRUE(read_arp(good));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(read_arp(Bytes{good}.first(size))) << size;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 5U}) {
    Packet other = good;
    other[at] = 0x40;
    EXPECT_FALSE(read_arp(other)) << at;
  }
}

// As Linux 6.1 sends it for fd00::15 (RFC 4862): the checksum is the kernel's.
TEST(NeighbourProbe, IsTheSolicitationOfDuplicateAddressDetection) {
  std::array<std::uint8_t, kMaxAddressProbe> buffer{};
  const Packet packet = packet_of(write_neighbour_probe(*parse_ip("fd00::15"), buffer));
  ASSERT_EQ(packet.size(), 64U);
  EXPECT_EQ(Packet(packet.begin(), packet.begin() + 8), (Packet{0x60, 0, 0, 0, 0, 24, 58, 255}));
  EXPECT_EQ(Packet(packet.begin() + 8, packet.begin() + 24), Packet(16));
  const Packet group{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0x15};
  EXPECT_EQ(Packet(packet.begin() + 24, packet.begin() + 40), group);
  EXPECT_EQ(packet[40], 135);
  // The sum over pseudo-header and message, checksum included, is all ones.
  std::uint32_t sum = 24 + 58;
  for (std::size_t i = 8; i < packet.size(); i += 2) sum += packet[i] * 256U + packet[i + 1];
  EXPECT_EQ((sum & 0xffff) + (sum >> 16), 0xffffU);
}

TEST(NeighbourProbe, GoesToTheGroupOfTheAddress) {
  EXPECT_EQ(neighbour_group(*parse_ip("fd00::1:2345:6789")),
            (MacAddress{{0x33, 0x33, 0xff, 0x45, 0x67, 0x89}}));
}

Packet advertisement() {
  Packet message{136, 0, 0, 0, 0x20, 0, 0, 0};
  const IpAddress address = *parse_ip("fd00::15");
  message.insert(message.end(), address.bytes.begin(), address.bytes.end());
  const Packet option{2, 1, 0x52, 0x54, 0, 0, 0, 1};
  message.insert(message.end(), option.begin(), option.end());
  return message;
}

TEST(NeighbourAdvertisement, ClaimsItsTarget) {
  const auto claim = read_neighbour_advertisement(advertisement());
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->address, *parse_ip("fd00::15"));
  EXPECT_EQ(claim->mac, kMac);
}

TEST(NeighbourAdvertisement, NeedNotSayItsMac) {
  Packet message = advertisement();
  message[24] = 14;  // another option
  auto claim = read_neighbour_advertisement(message);
  ASSERT_TRUE(claim);
  EXPECT_TRUE(claim->mac.is_zero());
  message.resize(24);
  claim = read_neighbour_advertisement(message);
  ASSERT_TRUE(claim);
  EXPECT_TRUE(claim->mac.is_zero());
}

TEST(NeighbourAdvertisement, IsPassedOverWhenItIsDamaged) {
  const Packet good = advertisement();
  for (std::size_t size = 0; size < 24; ++size)
    EXPECT_FALSE(read_neighbour_advertisement(Bytes{good}.first(size))) << size;
  Packet other = good;
  other[0] = 135;
  EXPECT_FALSE(read_neighbour_advertisement(other));
  other = good;
  other[25] = 0;  // an option that never ends
  EXPECT_FALSE(read_neighbour_advertisement(other));
  other[25] = 9;  // and one that runs past the message
  EXPECT_FALSE(read_neighbour_advertisement(other));
}

}  // namespace
}  // namespace isboot::linux_platform
