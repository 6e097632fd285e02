// A list of links that changes while the kernel makes it, on purpose.
#include <set>

#include "tests/netns/network_test.h"

namespace isboot::netns {
namespace {

using linux_platform::RouteEvent;
using ::testing::Contains;

// Several datagrams of the kernel, which is one or two ahead of who reads them.
constexpr int kCables = 60;

class Listing : public NetworkTest {
protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    machine->run("for i in $(seq " + std::to_string(kCables) +
                 "); do echo link add keep$i type veth peer name peer$i; done | ip -batch -");
    ASSERT_TRUE(socket_.open());
  }
  // One event more; false at the end of the list.
  bool read_on() {
    const auto event = socket_.next(in(5000));
    EXPECT_TRUE(event) << event.error().text;
    if (!event || event->kind == RouteEvent::Kind::AllListed) return false;
    if (event->kind == RouteEvent::Kind::ListedAgain) {
      ++again_;
      names_.clear();
    }
    if (event->kind == RouteEvent::Kind::LinkChanged)
      names_.insert(std::string{event->link.seen.name.view()});
    return true;
  }

  linux_platform::RouteSocket socket_{clock};
  std::set<std::string> names_;
  int again_ = 0;
};

TEST_F(Listing, ComesOnceMoreWhenItChangedMeanwhile) {
  ASSERT_TRUE(socket_.list_links());
  ASSERT_TRUE(read_on());
  machine->run("ip link del keep1");
  while (read_on()) {
  }
  EXPECT_EQ(again_, 1);
  for (int cable = 2; cable <= kCables; ++cable)
    EXPECT_THAT(names_, Contains("keep" + std::to_string(cable)));
}

}  // namespace
}  // namespace isboot::netns
