// With the real kernel: lists of what this machine has need no rights.
#include "platform/linux/net/rtnetlink/route_socket.h"

#include <gtest/gtest.h>

#include <map>

#include "platform/linux/system/clock.h"

namespace isboot::linux_platform {
namespace {

using Kind = RouteEvent::Kind;

class RouteSocketTest : public ::testing::Test {
protected:
  void SetUp() override { ASSERT_TRUE(socket_.open()); }
  // Kinds of events up to the end of a list.
  std::map<Kind, int> events() {
    std::map<Kind, int> seen;
    for (;;) {
      const auto event = socket_.next(clock_.now() + 5000);
      EXPECT_TRUE(event) << (event ? "" : event.error().text);
      if (!event || event->kind == Kind::AllListed) return seen;
      if (event->kind == Kind::ListedAgain)
        seen.clear();
      else
        ++seen[event->kind];
    }
  }

  LinuxClock clock_;
  RouteSocket socket_{clock_};
};

TEST_F(RouteSocketTest, ListsLinks) {
  ASSERT_TRUE(socket_.list_links());
  EXPECT_GE(events()[Kind::LinkChanged], 1);
}

// The kernel refuses a second list as long as the first has not been read to its end.
TEST_F(RouteSocketTest, ListsAnotherThingInTheMiddleOfAList) {
  ASSERT_TRUE(socket_.list_addresses(IpAddress::v4(127, 0, 0, 1)));
  ASSERT_TRUE(socket_.list_links());
  const auto seen = events();
  EXPECT_EQ(seen.count(Kind::AddressListed), 0U);
  EXPECT_EQ(seen.count(Kind::Answered), 0U);
  EXPECT_GE(seen.at(Kind::LinkChanged), 1);
}

TEST_F(RouteSocketTest, LeavesNothingOfAListBehind) {
  ASSERT_TRUE(socket_.list_links());
  ASSERT_TRUE(socket_.next(clock_.now() + 5000));  // and no more of it
  ASSERT_TRUE(socket_.list_addresses(IpAddress::v4(127, 0, 0, 1)));
  const auto seen = events();
  EXPECT_EQ(seen.count(Kind::LinkChanged), 0U);
  EXPECT_GE(seen.at(Kind::AddressListed), 1);
}

TEST_F(RouteSocketTest, GivesAnAnswerTheNumberOfItsRequest) {
  boot::SeenLink missing;
  missing.id.index = 0x7ffffff0;
  const auto number = socket_.request({}, missing);
  ASSERT_TRUE(number);
  const auto event = socket_.next(clock_.now() + 5000);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, Kind::Answered);
  EXPECT_EQ(event->sequence, *number);
  EXPECT_NE(event->answer.error, 0);
}

}  // namespace
}  // namespace isboot::linux_platform
