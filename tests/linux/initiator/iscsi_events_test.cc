#include "platform/linux/initiator/iscsi_events.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace isboot::linux_platform {
namespace {

// A datagram as the kernel sends it: nlmsghdr (16 bytes), iscsi_uevent (56), the PDU.
std::vector<std::uint8_t> datagram(std::uint32_t type, std::uint32_t session, std::uint32_t error,
                                   const std::vector<std::uint8_t>& pdu = {}) {
  std::vector<std::uint8_t> bytes(16 + 56);
  const auto put = [&bytes](std::size_t at, std::uint32_t value) {
    std::memcpy(&bytes[at], &value, sizeof value);
  };
  put(0, static_cast<std::uint32_t>(bytes.size() + pdu.size()));
  put(16, type);
  put(16 + 40, session);
  put(16 + 48, error);
  bytes.insert(bytes.end(), pdu.begin(), pdu.end());
  return bytes;
}

TEST(IscsiEvents, NamesTheSessionWhoseConnectionIsLostAndWhy) {
  const auto notice = decode_notice(datagram(102, 7, 1022));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->kind, IscsiNotice::Kind::ConnectionLost);
  EXPECT_EQ(notice->session, SessionId{7});
  EXPECT_STREQ(words_of_connection_error(notice->error), "the target answers no longer");
}

TEST(IscsiEvents, ShowsThePduThatTheKernelLeavesToUs) {
  const auto bytes = datagram(101, 7, 0, std::vector<std::uint8_t>(48, 0x26));
  const auto notice = decode_notice(bytes);
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->kind, IscsiNotice::Kind::Pdu);
  ASSERT_EQ(notice->pdu.size(), 48U);
  EXPECT_EQ(notice->pdu[0], 0x26);
}

TEST(IscsiEvents, TellsThatTheDisksAreGone) {
  const auto notice = decode_notice(datagram(105, 3, 0));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->kind, IscsiNotice::Kind::Unbound);
  EXPECT_EQ(notice->session, SessionId{3});
}

TEST(IscsiEvents, LeavesOtherNoticesAlone) {
  ASSERT_TRUE(decode_notice(datagram(104, 3, 0)));
  EXPECT_EQ(decode_notice(datagram(104, 3, 0))->kind, IscsiNotice::Kind::SomeGone);
  const auto notice = decode_notice(datagram(106, 3, 0));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->kind, IscsiNotice::Kind::Other);
}

TEST(IscsiEvents, RefusesEveryDatagramThatEndsEarly) {
  const auto whole = datagram(102, 7, 1020);
  for (std::size_t size = 0; size < 16 + 52; ++size) {
    SCOPED_TRACE(size);
    auto cut = whole;
    cut.resize(size);
    if (size >= 16) {
      const auto length = static_cast<std::uint32_t>(size);
      std::memcpy(cut.data(), &length, sizeof length);
    }
    EXPECT_FALSE(decode_notice(cut));
  }
}

}  // namespace
}  // namespace isboot::linux_platform
