#include "platform/linux/netlink/message_reader.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <vector>

#include "platform/linux/netlink/message_writer.h"

namespace isboot::netlink {
namespace {

// A batch of two messages: four fixed bytes and two attributes; nothing at all.
std::vector<std::uint8_t> two_messages() {
  std::vector<std::uint8_t> buffer(128);
  MessageWriter out{buffer};
  out.begin(16, NLM_F_MULTI, 5).u32(1).attribute_text(3, "eth0").attribute_u32(4, 1500);
  out.begin(NLMSG_DONE, NLM_F_MULTI, 5);
  buffer.resize(out.finish()->size());
  return buffer;
}

TEST(MessageReader, ReadsWhatTheWriterWrote) {
  const auto datagram = two_messages();
  MessageReader messages{datagram};
  const auto first = messages.next();
  ASSERT_TRUE(first && first->has_value());
  EXPECT_EQ((*first)->type, 16);
  EXPECT_EQ((*first)->flags, NLM_F_MULTI);
  EXPECT_EQ((*first)->sequence, 5U);
  auto attributes = AttributeReader::behind((*first)->payload, 4);
  ASSERT_TRUE(attributes);
  EXPECT_EQ((**attributes->next()).text(), "eth0");
  EXPECT_EQ(*(**attributes->next()).u32(), 1500U);
  EXPECT_FALSE(attributes->next()->has_value());

  const auto second = messages.next();
  ASSERT_TRUE(second && second->has_value());
  EXPECT_EQ((*second)->type, NLMSG_DONE);
  EXPECT_TRUE((*second)->payload.empty());
  EXPECT_FALSE(messages.next()->has_value());
}

Result<Done> read_to_the_end(Bytes datagram) {
  MessageReader messages{datagram};
  while (ISBOOT_TRY(messages.next())) {
  }
  return Done{};
}

TEST(MessageReader, EndsAtEveryCutWithoutReadingPastIt) {
  const auto whole = two_messages();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    // A copy of its own, so that a sanitizer sees a read past the cut.
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<long>(size));
    const auto end = read_to_the_end(cut);
    const std::size_t first_message = whole.size() - kHeaderSize;
    EXPECT_EQ(end.ok(), size == first_message);
    if (!end) {
      EXPECT_EQ(end.error().code, Errc::Truncated);
    }
  }
}

TEST(MessageReader, RefusesALengthShorterThanTheHeader) {
  auto datagram = two_messages();
  datagram[0] = 15;
  datagram[1] = 0;
  const auto message = MessageReader{datagram}.next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, Errc::BadValue);
  EXPECT_EQ(message.error().offset, 0U);
}

TEST(AttributeReader, RefusesALengthThatWouldNotMoveOn) {
  const std::uint8_t attribute[] = {0, 0, 3, 0, 1, 2, 3, 4};
  const auto read = AttributeReader{attribute}.next();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::BadValue);
}

TEST(AttributeReader, ToleratesALastAttributeWithoutPadding) {
  const std::uint8_t attribute[] = {5, 0, 3, 0, 9};
  AttributeReader attributes{attribute};
  EXPECT_EQ(*(**attributes.next()).u8(), 9);
  EXPECT_FALSE(attributes.next()->has_value());
}

TEST(AttributeReader, HidesTheFlagsOfTheType) {
  const std::uint8_t attribute[] = {4, 0, 18, 0x80};
  EXPECT_EQ((**AttributeReader{attribute}.next()).type, 18);
}

TEST(AttributeReader, NeedsTheFixedStructure) {
  const std::uint8_t payload[] = {1, 2, 3};
  EXPECT_FALSE(AttributeReader::behind(payload, 4));
  EXPECT_TRUE(AttributeReader::behind(payload, 3));
}

// The answer to a request of type 99, as the kernel builds it.
std::vector<std::uint8_t> answer(int error, std::uint16_t flags, std::size_t request_payload) {
  std::vector<std::uint8_t> buffer(256);
  MessageWriter out{buffer};
  out.begin(NLMSG_ERROR, flags, 3).u32(static_cast<std::uint32_t>(-error));
  out.u32(static_cast<std::uint32_t>(kHeaderSize + request_payload)).u16(99).u16(0).u32(3).u32(0);
  if ((flags & NLM_F_CAPPED) == 0) out.zeros(request_payload);
  if ((flags & NLM_F_ACK_TLVS) != 0) out.attribute_text(NLMSGERR_ATTR_MSG, "Invalid prefix");
  buffer.resize(out.finish()->size());
  return buffer;
}

TEST(Answer, CarriesErrnoAndTheKernelsReason) {
  const struct {
    const char* name;
    int error;
    std::uint16_t flags;
    std::size_t request_payload;
    Text reason;
  } kRows[] = {
      {"success", 0, NLM_F_CAPPED, 0, ""},
      {"capped, with a reason", EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, 28, "Invalid prefix"},
      {"request in full, with a reason", EINVAL, NLM_F_ACK_TLVS, 28, "Invalid prefix"},
      {"an old kernel, without one", EEXIST, 0, 28, ""},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto datagram = answer(row.error, row.flags, row.request_payload);
    const auto read = read_answer(**MessageReader{datagram}.next());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->error, row.error);
    EXPECT_EQ(read->reason, row.reason);
  }
}

// What no kernel says, and what has no negative in 32 bits.
TEST(Answer, TakesANumberThatIsNoErrnoForAnError) {
  for (const std::uint32_t status : {0x80000000U, 0xfffff000U}) {
    std::vector<std::uint8_t> buffer(64);
    MessageWriter out{buffer};
    buffer.resize(out.begin(NLMSG_ERROR, NLM_F_CAPPED, 5).u32(status).zeros(16).finish()->size());
    const auto read = read_answer(**MessageReader{buffer}.next());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->error, EPROTO) << status;
  }
}

TEST(Answer, NeedsItsErrno) {
  Message message;
  message.type = NLMSG_ERROR;
  EXPECT_FALSE(read_answer(message));
}

}  // namespace
}  // namespace isboot::netlink
