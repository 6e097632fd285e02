#include "platform/linux/keeper/offer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace isboot::linux_platform {
namespace {

constexpr int kAtOnce = 1'000;

class OfferTest : public ::testing::Test {
protected:
  OfferTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    keeper_.reset(ends[0]);
    next_.reset(ends[1]);
  }
  static ino_t number_of(int fd) {
    struct stat status {};
    EXPECT_EQ(fstat(fd, &status), 0);
    return status.st_ino;
  }
  static UniqueFd file(const char* path) { return UniqueFd{open(path, O_RDONLY | O_CLOEXEC)}; }

  UniqueFd keeper_, next_;
};

TEST_F(OfferTest, BringsDescriptorsAndRecordsInOrder) {
  const UniqueFd turn = file("/dev/null");
  const UniqueFd folder = file("/");
  const UniqueFd listener = file("/dev/zero");
  ASSERT_TRUE(send_offer(keeper_.get(), {2, turn.get(), folder.get(), listener.get()}));
  ASSERT_TRUE(send_record(keeper_.get(), as_bytes("first")));
  ASSERT_TRUE(send_record(keeper_.get(), as_bytes("second")));
  const auto offer = ask_for_offer(next_.get(), kAtOnce);
  ASSERT_TRUE(offer);
  EXPECT_TRUE(offer->refusal.empty());
  EXPECT_EQ(offer->records, 2U);
  EXPECT_EQ(number_of(offer->turn.get()), number_of(turn.get()));
  EXPECT_EQ(number_of(offer->folder.get()), number_of(folder.get()));
  EXPECT_EQ(number_of(offer->listener.get()), number_of(listener.get()));
  EXPECT_EQ(fcntl(offer->folder.get(), F_GETFD), FD_CLOEXEC);
  std::array<std::uint8_t, kMaxRecord> buffer{};
  EXPECT_EQ(as_text(*receive_record(next_.get(), kAtOnce, buffer)), "first");
  EXPECT_EQ(as_text(*receive_record(next_.get(), kAtOnce, buffer)), "second");

  std::array<std::uint8_t, 8> asked{};
  ASSERT_EQ(recv(keeper_.get(), asked.data(), asked.size(), 0), 1);
  EXPECT_EQ(decode_request(Bytes{asked}.first(1))->kind, ControlRequest::Kind::Replace);
}

TEST_F(OfferTest, SaysWhyThereIsNone) {
  answer(keeper_.get(), false, "there is no such request");  // a keeper of an older program
  const auto offer = ask_for_offer(next_.get(), kAtOnce);
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->refusal, Text{"there is no such request"});
  EXPECT_FALSE(offer->turn);
}

TEST_F(OfferTest, IsNoneWithoutItsDescriptors) {
  answer(keeper_.get(), true, "\x01");
  EXPECT_EQ(ask_for_offer(next_.get(), kAtOnce).error().code, Errc::BadValue);
}

TEST_F(OfferTest, WaitsForNoKeeperThatSaysNothingOrIsGone) {
  std::array<std::uint8_t, kMaxRecord> buffer{};
  EXPECT_EQ(ask_for_offer(next_.get(), 10).error().code, Errc::TimedOut);
  EXPECT_EQ(receive_record(next_.get(), 10, buffer).error().code, Errc::TimedOut);
  keeper_.reset();
  EXPECT_EQ(receive_record(next_.get(), 10, buffer).error().code, Errc::Closed);
  EXPECT_FALSE(ask_for_offer(next_.get(), 10));
}

}  // namespace
}  // namespace isboot::linux_platform
