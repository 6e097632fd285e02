#include "core/names/dns_message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/writer.h"

namespace isboot::names {
namespace {

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kAaaa = 28;
constexpr std::uint16_t kToQuestion = 0xc00c;  // a pointer to the name that is asked for

const Question kQuestion{0x1234, "storage.example", Family::V4};

// An answer, put together byte by byte.
class Message {
public:
  explicit Message(std::uint16_t flags = 0x8180, std::uint16_t records = 1) {
    out_.be16(kQuestion.id).be16(flags).be16(1).be16(records).zeros(4);
    name("storage.example").out_.be16(kA).be16(1);
  }
  Message& name(const std::string& text) {
    std::string rest = text;
    while (!rest.empty()) {
      const std::size_t dot = rest.find('.');
      const std::string label = rest.substr(0, dot);
      out_.u8(static_cast<std::uint8_t>(label.size())).text(label);
      rest = dot == std::string::npos ? "" : rest.substr(dot + 1);
    }
    out_.u8(0);
    return *this;
  }
  Message& pointer(std::uint16_t to) {
    out_.be16(to);
    return *this;
  }
  // Behind the owner's name.
  Message& record(std::uint16_t type, std::vector<std::uint8_t> data, std::uint16_t in_class = 1) {
    out_.be16(type).be16(in_class).be32(60).be16(static_cast<std::uint16_t>(data.size()));
    out_.bytes(data);
    return *this;
  }
  Message& alias(const std::string& to) {
    out_.be16(kCname).be16(1).be32(60).be16(static_cast<std::uint16_t>(to.size() + 2));
    return name(to);
  }
  Writer& raw() { return out_; }
  Bytes bytes() const { return Bytes{buffer_}.first(out_.offset()); }

private:
  std::array<std::uint8_t, 4096> buffer_{};
  Writer out_{buffer_};
};

Reply read(const Message& message, Addresses& addresses) {
  return read_reply(kQuestion, message.bytes(), addresses);
}

TEST(DnsMessage, AsksForOneNameWithRecursion) {
  std::array<std::uint8_t, kMaxQuery> buffer{};
  const auto query = write_query({0x1234, "a.bc.", Family::V6}, buffer);
  ASSERT_TRUE(query);
  const std::vector<std::uint8_t> expected = {0x12, 0x34, 1,   0, 0,   1,   0, 0, 0,  0, 0,
                                              0,    1,    'a', 2, 'b', 'c', 0, 0, 28, 0, 1};
  EXPECT_EQ(std::vector<std::uint8_t>(query->begin(), query->end()), expected);
}

TEST(DnsMessage, AsksForTheLongestNameAndForNothingThatIsNone) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + label.substr(2);
  std::array<std::uint8_t, kMaxQuery> buffer{};
  EXPECT_TRUE(write_query({1, longest, Family::V4}, buffer));
  for (const std::string& bad : {longest + "a", std::string{}, std::string{"a..b"}})
    EXPECT_FALSE(write_query({1, bad, Family::V4}, buffer)) << bad;
}

TEST(DnsMessage, TakesTheAddressesOfTheNameWithoutRepeats) {
  Message message{0x8180, 3};
  message.pointer(kToQuestion).record(kA, {10, 0, 2, 2});
  message.name("STORAGE.example").record(kA, {10, 0, 2, 3});
  message.pointer(kToQuestion).record(kA, {10, 0, 2, 2});
  Addresses addresses;
  EXPECT_EQ(read(message, addresses), Reply::Found);
  ASSERT_EQ(addresses.count, 2U);
  EXPECT_EQ(addresses[1], IpAddress::v4(10, 0, 2, 3));
}

TEST(DnsMessage, FollowsAliasesInAnyOrder) {
  Message message{0x8180, 3};
  message.name("b.example").record(kA, {10, 0, 2, 2});
  message.name("a.example").alias("b.example");
  message.pointer(kToQuestion).alias("a.example");
  Addresses addresses;
  EXPECT_EQ(read(message, addresses), Reply::Found);
  EXPECT_EQ(addresses.count, 1U);
}

TEST(DnsMessage, EndsACircleOfAliases) {
  Message message{0x8180, 2};
  message.pointer(kToQuestion).alias("a.example");
  message.name("a.example").alias("storage.example");
  Addresses addresses;
  EXPECT_EQ(read(message, addresses), Reply::TooManyAliases);
}

// What else stands in an answer is somebody's wish.
TEST(DnsMessage, TakesNoAddressOfAnotherName) {
  Message message{0x8180, 4};
  message.name("other.example").record(kA, {10, 0, 2, 2});
  message.pointer(kToQuestion).record(kA, {10, 0, 2, 2}, 3);  // of another class
  message.pointer(kToQuestion).record(kA, {10, 0, 2});
  message.pointer(kToQuestion).record(kAaaa, std::vector<std::uint8_t>(16, 1));
  Addresses addresses;
  EXPECT_EQ(read(message, addresses), Reply::NoAddress);
  EXPECT_TRUE(addresses.empty());
}

TEST(DnsMessage, TellsRefusalsApart) {
  struct {
    std::uint16_t flags;
    Reply reply;
  } constexpr kRows[] = {{0x8180, Reply::NoAddress}, {0x8181, Reply::OtherError},
                         {0x8182, Reply::Failure},   {0x8183, Reply::NoSuchName},
                         {0x8185, Reply::Refused},   {0x0100, Reply::Unreadable}};
  for (const auto& row : kRows) {
    Addresses addresses;
    EXPECT_EQ(read(Message{row.flags, 0}, addresses), row.reply) << row.flags;
    EXPECT_NE(to_text(row.reply), "");
  }
}

TEST(DnsMessage, TakesNoAnswerToAnotherQuestion) {
  Message message;
  message.pointer(kToQuestion).record(kA, {10, 0, 2, 2});
  Addresses addresses;
  for (const Question& other : {Question{0x1235, "storage.example", Family::V4},
                                Question{0x1234, "storage.example", Family::V6},
                                Question{0x1234, "storage.exampl", Family::V4}})
    EXPECT_EQ(read_reply(other, message.bytes(), addresses), Reply::Unreadable);
  EXPECT_TRUE(addresses.empty());
}

// Every byte of an answer is needed.
TEST(DnsMessage, TakesNothingOfAnAnswerThatIsCut) {
  Message message{0x8180, 2};
  message.pointer(kToQuestion).record(kA, {10, 0, 2, 2});
  message.pointer(kToQuestion).record(kA, {10, 0, 2, 3});
  for (std::size_t size = 0; size < message.bytes().size(); ++size) {
    Addresses addresses;
    EXPECT_EQ(read_reply(kQuestion, message.bytes().first(size), addresses), Reply::Unreadable);
    EXPECT_TRUE(addresses.empty()) << size;
  }
}

TEST(DnsMessage, FollowsNoPointerAheadOrToItself) {
  const auto at = static_cast<std::uint16_t>(Message{}.bytes().size());
  for (const std::uint16_t to : {at, static_cast<std::uint16_t>(at + 1), std::uint16_t{0x3fff}}) {
    Message message;
    message.pointer(static_cast<std::uint16_t>(0xc000 | to)).record(kA, {10, 0, 2, 2});
    Addresses addresses;
    EXPECT_EQ(read(message, addresses), Reply::Unreadable);
  }
  Message unknown;
  unknown.raw().u8(0x41).zeros(20);  // a kind of label that nobody defined
  Addresses addresses;
  EXPECT_EQ(read(unknown, addresses), Reply::Unreadable);
}

TEST(DnsMessage, TakesNoNameBeyond255BytesAndNoMoreAddressesThanItHolds) {
  Message large{0x8180, 20};
  for (std::uint8_t i = 0; i < 20; ++i) large.pointer(kToQuestion).record(kA, {10, 0, 2, i});
  Addresses addresses;
  EXPECT_EQ(read(large, addresses), Reply::Found);
  EXPECT_EQ(addresses.count, kMaxAddresses);
  Message longest;
  for (int i = 0; i < 5; ++i) longest.raw().u8(63).text(std::string(63, 'a'));
  longest.raw().u8(0);
  longest.record(kA, {10, 0, 2, 2});
  Addresses none;
  EXPECT_EQ(read(longest, none), Reply::Unreadable);
}

}  // namespace
}  // namespace isboot::names
