#include "core/boot/find_server.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/fake_resolver.h"
#include "tests/boot/establish_fixture.h"

namespace isboot::boot {
namespace {

constexpr const char* kHost = "storage.example";
const IpAddress kFirst = IpAddress::v4(10, 0, 2, 2);
const IpAddress kSecond = IpAddress::v4(10, 0, 2, 3);

// A path whose server has a name.
class FindServerTest : public EstablishTest {
protected:
  FindServerTest() {
    path_.portal.address = {};
    path_.link.prefix = 24;
    path_.dns[0] = IpAddress::v4(10, 0, 0, 1);
    (void)path_.host.assign(kHost);
    ports_.resolver = &resolver_;
  }
  void zone(std::vector<IpAddress> addresses) {
    resolver_.zones["10.0.0.1"][kHost] = std::move(addresses);
  }

  testing::FakeResolver resolver_{clock_};
};

TEST_F(FindServerTest, ComesAfterTheNicAndBeforeTheRouteToTheTarget) {
  zone({kFirst});
  resolver_.on_ask = [this] {
    EXPECT_EQ(network_.calls, (Calls{"find_link", "configure", "wait_ready"}));
    EXPECT_TRUE(network_.configured.back().target.is_absent());
  };
  stream_.expect(testing::plain_login());
  const auto established = run();
  ASSERT_TRUE(established);
  EXPECT_EQ(network_.configured.back().target, kFirst);
  EXPECT_EQ(stream_.portals[0], (Portal{kFirst, 3260}));
  EXPECT_EQ(initiator_.created[0].portal, (Portal{kFirst, 3260}));
  EXPECT_EQ(established->kernel.portal, (Portal{kFirst, 3260}));
  EXPECT_EQ(established->nic->config.target, kFirst);
  EXPECT_TRUE(established->found_by_name.address.is_absent());  // the portal itself was
  EXPECT_TRUE(log_.says("storage.example is 10.0.2.2"));
}

TEST_F(FindServerTest, AsksOverThePathsNicAlone) {
  zone({kFirst});
  stream_.expect(testing::plain_login());
  ASSERT_TRUE(run());
  EXPECT_EQ(resolver_.vias[0].link, 7U);
  EXPECT_TRUE(resolver_.vias[0].only);
  EXPECT_EQ(resolver_.asked, Calls{"10.0.0.1 storage.example A"});  // the NIC has no IPv6
}

TEST_F(FindServerTest, GoesToTheNextAddressWithEachTry) {
  zone({kFirst, kSecond});
  resolver_.known.servers.push(IpAddress::v4(10, 0, 0, 9));
  const auto established = run(3'000);
  ASSERT_FALSE(established);
  ASSERT_GT(stream_.portals.size(), 3U);
  for (std::size_t i = 0; i < stream_.portals.size(); ++i)
    EXPECT_EQ(stream_.portals[i].address, i % 2 == 0 ? kFirst : kSecond);
  EXPECT_EQ(network_.configured.back().target, stream_.portals.back().address);
  EXPECT_EQ(initiator_.created.back().portal, stream_.portals.back());
  // Each that was made is taken back.
  EXPECT_EQ(std::count(initiator_.calls.begin(), initiator_.calls.end(), "create"),
            std::count(initiator_.calls.begin(), initiator_.calls.end(), "destroy"));
}

TEST_F(FindServerTest, AsksAgainUntilTheNameIsThere) {
  resolver_.zones["10.0.0.1"] = {};
  resolver_.on_ask = [this] {
    if (resolver_.asked.size() == 4) zone({kFirst});
  };
  stream_.expect(testing::plain_login());
  EXPECT_TRUE(run());
  EXPECT_TRUE(log_.says("storage.example: no DNS server knows the name (10.0.0.1: no such name)"));
  EXPECT_TRUE(log_.says("; asking again"));
}

TEST_F(FindServerTest, AsksNoLongerThanTheWholeMayTake) {
  const Millis give_up = clock_.now() + 20'000;
  EXPECT_FALSE(run(20'000));
  EXPECT_EQ(clock_.now(), give_up);
  EXPECT_TRUE(log_.says("10.0.0.1: no answer"));
  EXPECT_TRUE(initiator_.calls.empty());
}

TEST_F(FindServerTest, NeedsAResolver) {
  ports_.resolver = nullptr;
  const Millis start = clock_.now();
  const auto established = run();
  ASSERT_FALSE(established);
  EXPECT_EQ(established.error().code, Errc::Unsupported);
  EXPECT_EQ(clock_.now(), start);
  EXPECT_TRUE(log_.says("storage.example: names are not looked up by this program; next: "));
}

TEST_F(FindServerTest, AsksOnceOverTheNetworkAsItIs) {
  resolver_.zones["10.0.0.1"] = {};
  EXPECT_FALSE(establish_over_routes(path_, parameters_, clock_.now() + 120'000, ports_));
  EXPECT_EQ(resolver_.asked.size(), 2U);  // both families
  EXPECT_FALSE(resolver_.vias[0].only);
  EXPECT_TRUE(network_.configured.empty());
}

TEST_F(FindServerTest, FollowsARedirectToANameAndRemembersWhereItLed) {
  path_.host.clear();
  path_.portal.address = path_.link.target = kFirst;
  zone({kSecond});
  testing::ScriptedReply redirect;
  redirect.status_class = 1;
  redirect.status_detail = 1;
  redirect.text = testing::text_of({"TargetAddress=storage.example:3261"});
  stream_.expect({redirect});
  stream_.expect(testing::plain_login());
  const auto established = run();
  ASSERT_TRUE(established);
  EXPECT_EQ(established->kernel.portal, (Portal{kFirst, 3260}));
  EXPECT_EQ(established->found_by_name, (Portal{kSecond, 3261}));
}

}  // namespace
}  // namespace isboot::boot
