#include "platform/linux/netlink/message_writer.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cstring>

#include "platform/linux/netlink/message_reader.h"

namespace isboot::netlink {
namespace {

// The kernel's own structure, filled from the bytes that were written.
nlmsghdr header_at(Bytes bytes, std::size_t offset) {
  nlmsghdr header;
  EXPECT_LE(offset + sizeof header, bytes.size());
  std::memcpy(&header, bytes.data() + offset, sizeof header);
  return header;
}
nlattr attribute_at(Bytes bytes, std::size_t offset) {
  nlattr attribute;
  EXPECT_LE(offset + sizeof attribute, bytes.size());
  std::memcpy(&attribute, bytes.data() + offset, sizeof attribute);
  return attribute;
}

TEST(MessageWriter, LaysTheHeaderOutAsTheKernelDoes) {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  out.begin(18, NLM_F_REQUEST | NLM_F_ACK, 7).u32(0xaabbccdd);
  const auto written = out.finish();
  ASSERT_TRUE(written);
  EXPECT_EQ(written->size(), 20U);
  const nlmsghdr header = header_at(*written, 0);
  EXPECT_EQ(header.nlmsg_len, 20U);
  EXPECT_EQ(header.nlmsg_type, 18);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
  EXPECT_EQ(header.nlmsg_seq, 7U);
  EXPECT_EQ(header.nlmsg_pid, 0U);
  EXPECT_EQ(*read_u32(*written, 16), 0xaabbccddU);
}

TEST(MessageWriter, PadsBetweenTheMessagesOfABatchButNotInTheirLength) {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  out.begin(1, 0, 1).u8(0x11);
  out.begin(2, 0, 2).u8(0x22);
  const auto written = out.finish();
  ASSERT_TRUE(written);
  EXPECT_EQ(written->size(), 40U);
  EXPECT_EQ(header_at(*written, 0).nlmsg_len, 17U);
  EXPECT_EQ(header_at(*written, 20).nlmsg_len, 17U);
  EXPECT_EQ(header_at(*written, 20).nlmsg_seq, 2U);
}

TEST(MessageWriter, AlignsAttributesAndCountsTheTextsNul) {
  std::array<std::uint8_t, 64> buffer{};
  MessageWriter out{buffer};
  out.begin(1, 0, 1).u8(9);  // a fixed structure of one byte
  out.attribute_text(3, "eth0").attribute_u16(4, 42);
  const auto written = out.finish();
  ASSERT_TRUE(written);
  const nlattr name = attribute_at(*written, 20);
  EXPECT_EQ(name.nla_len, 9);  // header, four letters, NUL
  EXPECT_EQ(name.nla_type, 3);
  EXPECT_STREQ(reinterpret_cast<const char*>(written->data() + 24), "eth0");
  const nlattr number = attribute_at(*written, 32);
  EXPECT_EQ(number.nla_len, 6);
  EXPECT_EQ(*read_u16(*written, 36), 42);
}

TEST(MessageWriter, MeasuresNestedAttributes) {
  std::array<std::uint8_t, 96> buffer{};
  MessageWriter out{buffer};
  out.begin(1, 0, 1);
  const auto outer = out.begin_nested(18);
  out.attribute_text(1, "vlan");
  const auto inner = out.begin_nested(2);
  out.attribute_u16(1, 42);
  out.end_nested(inner).end_nested(outer);
  const auto written = out.finish();
  ASSERT_TRUE(written);
  EXPECT_EQ(attribute_at(*written, 16).nla_len, 4 + 12 + 4 + 8);
  EXPECT_EQ(attribute_at(*written, 16).nla_type, 18 | NLA_F_NESTED);
  EXPECT_EQ(attribute_at(*written, 32).nla_len, 4 + 8);
}

TEST(MessageWriter, SaysWhenTheBufferIsTooSmallAtEveryLength) {
  for (std::size_t size = 0; size < 32; ++size) {
    SCOPED_TRACE(size);
    std::array<std::uint8_t, 64> buffer{};
    MessageWriter out{MutableBytes{buffer}.first(size)};
    out.begin(1, 0, 1);
    const auto nest = out.begin_nested(2);
    out.attribute_text(1, "eth0").end_nested(nest);
    const auto written = out.finish();
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::NoSpace);
  }
}

}  // namespace
}  // namespace isboot::netlink
