#include "platform/linux/net/rtnetlink/listing.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include "platform/linux/netlink/message_writer.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

using Part = Listing::Part;

constexpr std::uint32_t kPort = 4711;
constexpr std::uint32_t kOther = 815;
constexpr std::uint32_t kList = 7;  // its sequence number

class ListingTest : public ::testing::Test {
protected:
  void SetUp() override { listing_.begin(kPort, kList); }

  Result<Part> take(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                    std::uint32_t port, int error = 0) {
    netlink::Message message{type, flags, sequence, port, {}};
    netlink::MessageWriter out{buffer_};
    out.begin(0, 0, 0).u32(static_cast<std::uint32_t>(-error)).zeros(16);
    message.payload = out.finish()->subspan(netlink::kHeaderSize);
    return listing_.take(message);
  }
  Result<Part> entry(std::uint16_t more_flags = 0) {
    return take(RTM_NEWLINK, NLM_F_MULTI | more_flags, kList, kPort);
  }
  Result<Part> done(std::uint32_t sequence = kList) {
    return take(NLMSG_DONE, NLM_F_MULTI, sequence, kPort);
  }

  std::array<std::uint8_t, 64> buffer_{};
  Listing listing_;
};

TEST_F(ListingTest, EndsWithItsOwnEnd) {
  EXPECT_EQ(*entry(), Part::Entry);
  EXPECT_EQ(*done(kList - 1), Part::Stale);  // of an earlier one, left in the middle
  EXPECT_EQ(*entry(), Part::Entry);
  EXPECT_EQ(*done(), Part::Complete);
}

TEST_F(ListingTest, DropsWhatIsLeftOfAnEarlierOne) {
  EXPECT_EQ(*take(RTM_NEWADDR, NLM_F_MULTI, kList - 1, kPort), Part::Stale);
  EXPECT_EQ(*done(), Part::Complete);
  EXPECT_EQ(*entry(), Part::Stale);  // nothing is under way any more
}

TEST_F(ListingTest, LeavesEventsAndOtherAnswersAlone) {
  EXPECT_EQ(*take(RTM_NEWLINK, 0, 0, 0), Part::Other);
  EXPECT_EQ(*take(RTM_NEWLINK, 0, kList, kOther), Part::Other);  // somebody else counts as we do
  EXPECT_EQ(*take(NLMSG_ERROR, 0, kList + 1, kPort, EINVAL), Part::Other);
}

TEST_F(ListingTest, TakesAnErrorForTheAnswerAtOnce) {
  const auto refused = take(NLMSG_ERROR, 0, kList, kPort, EOPNOTSUPP);
  ASSERT_FALSE(refused);
  EXPECT_EQ(errno_of(refused.error().code), EOPNOTSUPP);
}

TEST_F(ListingTest, TakesAnErrorAtItsEnd) {
  EXPECT_EQ(*entry(), Part::Entry);
  const auto ended = take(NLMSG_DONE, NLM_F_MULTI, kList, kPort, ENOMEM);
  ASSERT_FALSE(ended);
  EXPECT_EQ(errno_of(ended.error().code), ENOMEM);
}

TEST_F(ListingTest, IsAskedForAgainWhenItChangedMeanwhile) {
  EXPECT_EQ(*entry(NLM_F_DUMP_INTR), Part::Entry);
  EXPECT_EQ(*entry(), Part::Entry);
  EXPECT_EQ(*done(), Part::AskAgain);
  listing_.begin(kPort, kList);
  EXPECT_EQ(*entry(), Part::Entry);
  EXPECT_EQ(*done(), Part::Complete);
}

TEST_F(ListingTest, IsAskedForAgainWhenTheEndTellsOfTheChange) {
  EXPECT_EQ(*take(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, kList, kPort), Part::AskAgain);
}

TEST_F(ListingTest, IsAskedForAgainWhenAPartWasLost) {
  listing_.spoil();
  EXPECT_EQ(*done(), Part::AskAgain);
}

TEST_F(ListingTest, IsNotAskedForWithoutEnd) {
  for (int i = 1; i < Listing::kMaxTries; ++i) {
    listing_.spoil();
    ASSERT_EQ(*done(), Part::AskAgain) << i;
    listing_.begin(kPort, kList);
  }
  listing_.spoil();
  EXPECT_FALSE(done());
}

TEST_F(ListingTest, SaysNothingOfOneThatWasSuperseded) {
  EXPECT_TRUE(listing_.supersede());
  EXPECT_EQ(*entry(), Part::Stale);
  EXPECT_EQ(*take(NLMSG_DONE, NLM_F_MULTI, kList, kPort, ENOMEM), Part::AskAgain);
  EXPECT_FALSE(listing_.supersede());
}

}  // namespace
}  // namespace isboot::linux_platform
