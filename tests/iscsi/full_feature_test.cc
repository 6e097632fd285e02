#include "core/iscsi/full_feature.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace isboot::iscsi {
namespace {

using Kind = ExchangeStep::Kind;
using Pdu = std::vector<std::uint8_t>;
using namespace std::string_literals;

// One PDU of the target, honest by default: the first status of the session.
struct Reply {
  std::uint8_t opcode = 0x21;
  std::uint8_t flags = 0x80;
  std::uint8_t response = 0;
  std::uint8_t status = 0;
  std::uint32_t task_tag = 1;
  std::uint32_t transfer_tag = kNoTag;
  std::uint32_t stat_sn = 500;
  std::uint32_t offset = 0;
  std::uint32_t data_sn = 0;
  std::uint8_t async_event = 0;
  std::string data{};
};

void put32(Pdu& pdu, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    pdu[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}
void append_digest(Pdu& pdu, std::size_t from) {
  Crc32c crc;
  crc.add(Bytes{pdu}.subspan(from));
  for (int shift = 0; shift < 32; shift += 8)
    pdu.push_back(static_cast<std::uint8_t>(crc.value() >> shift));
}

class FullFeatureTest : public ::testing::Test {
protected:
  FullFeatureTest() {
    params.cmd_sn = 7;
    params.exp_stat_sn = 500;
  }

  Pdu pdu_of(const Reply& reply) const {
    Pdu pdu(48);
    pdu[0] = reply.opcode;
    pdu[1] = reply.flags;
    pdu[2] = reply.response;
    pdu[3] = reply.status;
    put32(pdu, 4, static_cast<std::uint32_t>(reply.data.size()));
    put32(pdu, 16, reply.task_tag);
    put32(pdu, 20, reply.transfer_tag);
    put32(pdu, 24, reply.stat_sn);
    put32(pdu, 36, reply.data_sn);
    if (reply.async_event != 0) pdu[36] = reply.async_event;
    put32(pdu, 40, reply.offset);
    if (params.header_digest) append_digest(pdu, 0);
    if (reply.data.empty()) return pdu;
    const std::size_t start = pdu.size();
    pdu.insert(pdu.end(), reply.data.begin(), reply.data.end());
    while ((pdu.size() - start) % 4 != 0) pdu.push_back(0);
    if (params.data_digest) append_digest(pdu, start);
    return pdu;
  }

  // Sends one command and plays the replies, `cut` bytes at a time (0: all at once).
  ExchangeStep run(const std::vector<Reply>& replies, std::size_t cut = 0) {
    exchange.emplace(params);
    return play(exchange->command(*Lun::from_number(1), Bytes{cdb}, data), replies, cut);
  }
  ExchangeStep play(ExchangeStep step, const std::vector<Reply>& replies, std::size_t cut = 0) {
    sent.clear();
    Pdu stream;
    for (const Reply& reply : replies) {
      const Pdu pdu = pdu_of(reply);
      stream.insert(stream.end(), pdu.begin(), pdu.end());
    }
    std::size_t at = 0;
    for (;;) {
      if (step.kind == Kind::Send) sent.emplace_back(step.send.begin(), step.send.end());
      if ((step.kind != Kind::Send && step.kind != Kind::Receive) || at == stream.size())
        return step;
      std::size_t size = std::min(step.wanted, stream.size() - at);
      if (cut != 0) size = std::min(size, cut);
      step = exchange->on_bytes(Bytes{stream}.subspan(at, size));
      at += size;
    }
  }
  Code failure(const std::vector<Reply>& replies) {
    const ExchangeStep step = run(replies);
    return step.kind == Kind::Failed ? step.error.code : Code{};
  }
  std::string received() const {
    return {data.begin(), data.begin() + static_cast<long>(exchange->result().data_size)};
  }

  SessionParams params;
  std::optional<FullFeature> exchange;
  std::array<std::uint8_t, 6> cdb = {0x12, 0, 0, 0, 8, 0};
  std::array<std::uint8_t, 8> data{};
  std::vector<Pdu> sent;
};

Reply data_in(const std::string& bytes, std::uint32_t offset, bool with_status,
              std::uint32_t data_sn = 0) {
  Reply reply;
  reply.opcode = 0x25;
  reply.flags = with_status ? 0x81 : 0x00;
  reply.data = bytes;
  reply.offset = offset;
  reply.data_sn = data_sn;
  if (!with_status) reply.stat_sn = 0;
  return reply;
}

TEST_F(FullFeatureTest, CollectsDataHoweverItIsCut) {
  for (const bool digests : {false, true}) {
    params.header_digest = params.data_digest = digests;
    for (const std::size_t cut : {0, 1, 2, 3, 5, 47, 48, 49}) {
      SCOPED_TRACE(::testing::Message() << digests << " " << cut);
      ASSERT_EQ(run({data_in("abcde", 0, false), data_in("fgh", 5, true, 1)}, cut).kind,
                Kind::Done);
      EXPECT_EQ(received(), "abcdefgh");
      EXPECT_EQ(sent[0].size(), digests ? 52U : 48U);
      ASSERT_EQ(run({data_in("abc", 0, false), Reply{}}, cut).kind, Kind::Done);
      EXPECT_EQ(received(), "abc");
    }
  }
}

TEST_F(FullFeatureTest, CountsCommandsAndStatuses) {
  ASSERT_EQ(run({Reply{}}).kind, Kind::Done);
  EXPECT_EQ(sent[0][27], 7);
  Reply second;
  second.task_tag = 2;
  second.stat_sn = 501;
  ASSERT_EQ(play(exchange->command(Lun{}, Bytes{cdb}, {}), {second}).kind, Kind::Done);
  EXPECT_EQ(sent[0][27], 8);
  EXPECT_EQ(sent[0][30] << 8 | sent[0][31], 501);
  Reply bye;
  bye.opcode = 0x26;
  bye.task_tag = 3;
  bye.stat_sn = 502;
  EXPECT_EQ(play(exchange->logout(), {bye}).kind, Kind::Done);
  EXPECT_EQ(sent[0][27], 9);
}

// The kernel takes whatever StatSN comes, and acknowledges that one.
TEST_F(FullFeatureTest, GoesOnFromAnyStatSn) {
  for (const std::uint32_t stat_sn : {0U, 499U, 501U, 0xffffffffU}) {
    SCOPED_TRACE(stat_sn);
    Reply reply;
    reply.stat_sn = stat_sn;
    ASSERT_EQ(run({reply}).kind, Kind::Done);
    reply.task_tag = 2;
    ASSERT_EQ(play(exchange->command(Lun{}, Bytes{cdb}, {}), {reply}).kind, Kind::Done);
    Pdu expected(4);
    put32(expected, 0, stat_sn + 1);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), sent[0].begin() + 28));
  }
}

// A target that answered DataPDUInOrder=No may do so; the kernel goes by the offset as well.
TEST_F(FullFeatureTest, PutsDataWhereItsOffsetSays) {
  ASSERT_EQ(run({data_in("fgh", 5, false), data_in("abcde", 0, true, 1)}).kind, Kind::Done);
  EXPECT_EQ(received(), "abcdefgh");
}

TEST_F(FullFeatureTest, HandsOutStatusAndSense) {
  Reply reply;
  reply.status = 2;
  reply.data = std::string{"\0\4\x70\0\6\0", 6};
  ASSERT_EQ(run({reply}).kind, Kind::Done);
  EXPECT_EQ(exchange->result().scsi_status, 2);
  EXPECT_EQ(exchange->result().sense.size(), 4U);
  EXPECT_EQ(exchange->result().sense[2], 6);
  reply.data = std::string{"\1\0\x70", 3};  // claims 256 bytes
  ASSERT_EQ(run({reply}).kind, Kind::Done);
  EXPECT_EQ(exchange->result().sense.size(), 1U);
  reply.data = "s";  // too short for its length
  ASSERT_EQ(run({reply}).kind, Kind::Done);
  EXPECT_TRUE(exchange->result().sense.empty());
  reply.data = "\3\0"s + std::string(768, 's');  // more than is kept
  ASSERT_EQ(run({reply}).kind, Kind::Done);
  EXPECT_EQ(exchange->result().sense.size(), kMaxSense - 2);
}

// One command that the target cannot carry out is not the end of the session.
TEST_F(FullFeatureTest, HandsOutThatACommandWasNotCarriedOut) {
  ASSERT_EQ(run({{.response = 0x80, .status = 2, .data = "\0\4\x70\0\6\0"s}}).kind, Kind::Done);
  EXPECT_EQ(exchange->result().response, 0x80);
  EXPECT_EQ(exchange->result().scsi_status, 0);
  EXPECT_TRUE(exchange->result().sense.empty());
  const auto next = play(exchange->command(Lun{}, Bytes{cdb}, data), {{.task_tag = 2}});
  EXPECT_EQ(next.kind, Kind::Done);
  EXPECT_EQ(exchange->result().response, 0);
}

TEST_F(FullFeatureTest, AnswersPingsInTheMiddle) {
  Reply ping;
  ping.opcode = 0x20;
  ping.task_tag = kNoTag;
  ping.transfer_tag = 0x55;
  Reply news = ping;
  news.transfer_tag = kNoTag;
  Reply event;
  event.opcode = 0x32;
  event.task_tag = kNoTag;
  Reply status;
  status.stat_sn = 501;
  ASSERT_EQ(run({ping, news, event, status}).kind, Kind::Done);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[1][0], 0x40);
  EXPECT_EQ(sent[1][23], 0x55);
  EXPECT_EQ(sent[1][16], 0xff);
  EXPECT_EQ(sent[1][27], 8);
}

// Section 11.9.1: news of a LUN, of parameters and of the vendor's own end nothing.
TEST_F(FullFeatureTest, GoesOnAfterEventsThatEndNothing) {
  for (const int number : {0, 4, 5, 248, 255}) {
    SCOPED_TRACE(number);
    Reply event;
    event.opcode = 0x32;
    event.task_tag = kNoTag;
    event.async_event = static_cast<std::uint8_t>(number);
    Reply status;
    status.stat_sn = 501;
    EXPECT_EQ(run({event, status}).kind, Kind::Done);
  }
}

TEST_F(FullFeatureTest, CollectsTextOfSeveralPdus) {
  std::array<std::uint8_t, 16> answer{};
  Reply first;
  first.opcode = 0x24;
  first.flags = 0x40;
  first.transfer_tag = 9;
  first.data = "TargetNa";
  Reply last = first;
  last.flags = 0x80;
  last.transfer_tag = kNoTag;
  last.stat_sn = 501;
  last.data = "me=x";
  exchange.emplace(params);
  ASSERT_EQ(play(exchange->text("SendTargets=All", answer), {first, last}).kind, Kind::Done);
  EXPECT_EQ(as_text(Bytes{answer}.first(exchange->result().data_size)), "TargetName=x");
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].size(), 64U);
  EXPECT_EQ(sent[1][23], 9);
  EXPECT_EQ(sent[1][27], 8);
}

TEST_F(FullFeatureTest, RefusesTextThatNeverEnds) {
  std::array<std::uint8_t, 16> answer{};
  Reply more;
  more.opcode = 0x24;
  more.flags = 0;
  more.transfer_tag = 9;
  exchange.emplace(params);
  EXPECT_EQ(play(exchange->text("x", answer), {more}).error.code,
            Code{ExchangeErrc::UnexpectedPdu});
  more.data = std::string(17, 'a');
  exchange.emplace(params);
  EXPECT_EQ(play(exchange->text("x", answer), {more}).error.code,
            Code{ExchangeErrc::ResponseTooLong});
}

TEST_F(FullFeatureTest, RefusesWhatDoesNotAnswerTheCommand) {
  struct Row {
    const char* name;
    Reply reply;
    Code code;
  };
  Row rows[] = {
      {"R2T", {.opcode = 0x31}, ExchangeErrc::UnexpectedPdu},
      {"login response", {.opcode = 0x23}, ExchangeErrc::UnexpectedPdu},
      {"text response", {.opcode = 0x24}, ExchangeErrc::UnexpectedPdu},
      {"logout response", {.opcode = 0x26}, ExchangeErrc::UnexpectedPdu},
      {"reject", {.opcode = 0x3f}, ExchangeErrc::Rejected},
      {"another task", {.task_tag = 2}, ExchangeErrc::WrongTaskTag},
      {"another task's data",
       {.opcode = 0x25, .task_tag = 2, .data = "a"},
       ExchangeErrc::WrongTaskTag},
      {"data past the end", {.opcode = 0x25, .data = "123456789"}, ExchangeErrc::DataOutOfPlace},
      {"data with a number that is not the next",
       {.opcode = 0x25, .data_sn = 1, .data = "1"},
       ExchangeErrc::DataOutOfPlace},
      {"data with a gap",
       {.opcode = 0x25, .flags = 0x81, .offset = 1, .data = "1"},
       ExchangeErrc::DataOutOfPlace},
      {"data at an offset past the end",
       {.opcode = 0x25, .offset = 0xffffffff, .data = "1"},
       ExchangeErrc::DataOutOfPlace},
      {"endless sense", {.data = std::string(8193, 's')}, ExchangeErrc::ResponseTooLong},
      {"a ping with data",
       {.opcode = 0x20, .task_tag = kNoTag, .transfer_tag = 5, .data = "p"},
       ExchangeErrc::UnexpectedPdu},
      {"a logout is wanted", {.opcode = 0x32, .async_event = 1}, ExchangeErrc::TargetLeaves},
      {"the connection ends", {.opcode = 0x32, .async_event = 2}, ExchangeErrc::TargetLeaves},
      {"the session ends", {.opcode = 0x32, .async_event = 3}, ExchangeErrc::TargetLeaves},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(failure({row.reply}), row.code);
  }
}

TEST_F(FullFeatureTest, ChecksDigests) {
  params.header_digest = params.data_digest = true;
  for (const std::size_t at : {0, 20, 47, 48, 51, 52, 55, 56, 59}) {
    SCOPED_TRACE(at);
    exchange.emplace(params);
    ExchangeStep step = exchange->command(Lun{}, Bytes{cdb}, data);
    Pdu pdu = pdu_of(data_in("abc", 0, true));
    pdu[at] ^= 1;
    for (std::size_t i = 0; i < pdu.size() && step.kind != Kind::Failed; ++i)
      step = exchange->on_bytes(Bytes{pdu}.subspan(i, 1));
    EXPECT_EQ(step.error.code, Code{ExchangeErrc::DigestMismatch});
  }
}

TEST_F(FullFeatureTest, RefusesASecondRequestBeforeTheFirstIsDone) {
  exchange.emplace(params);
  (void)exchange->command(Lun{}, Bytes{cdb}, {});
  EXPECT_EQ(exchange->logout().error.code, Code{ExchangeErrc::OutOfOrder});
  exchange.emplace(params);
  EXPECT_EQ(exchange->on_bytes(Bytes{cdb}).error.code, Code{ExchangeErrc::OutOfOrder});
}

}  // namespace
}  // namespace isboot::iscsi
