#include "app/names/find_portals.h"

#include <gtest/gtest.h>

#include "core/names/name_servers.h"
#include "testing/fake_entropy.h"
#include "testing/fake_resolver.h"

namespace isboot::app {
namespace {

TEST(FindPortals, AreAllAddressesOfTheNameAtOnePort) {
  testing::FakeClock clock;
  testing::FakeEntropy entropy;
  testing::FakeResolver resolver{clock};
  names::Asking asking{resolver, clock, entropy};
  names::add_server(IpAddress::v4(10, 0, 0, 1), asking.servers);
  const IpAddress first = IpAddress::v4(10, 0, 2, 2);
  const IpAddress second = IpAddress::v4(10, 0, 2, 3);
  resolver.zones["10.0.0.1"]["storage.example"] = {first, second};
  std::vector<Portal> portals;
  const Portal portal{{}, 3261};
  EXPECT_TRUE(find_portals(portal, "storage.example", &asking, 100'000, portals).ok());
  EXPECT_EQ(portals, (std::vector<Portal>{{first, 3261}, {second, 3261}}));

  const auto failure = find_portals(portal, "other.example", &asking, 100'000, portals);
  ASSERT_FALSE(failure);
  EXPECT_EQ(failure.error().message,
            "other.example: no DNS server knows the name (10.0.0.1: no such name)");
  EXPECT_EQ(failure.error().next_step, "check the name, or give the server's IP address");
}

TEST(FindPortals, NeedsNobodyForAnAddressAndAResolverForAName) {
  std::vector<Portal> portals;
  const Portal portal{IpAddress::v4(10, 0, 2, 2), 3260};
  EXPECT_TRUE(find_portals(portal, {}, nullptr, 0, portals).ok());
  EXPECT_EQ(portals, std::vector<Portal>{portal});
  const auto failure = find_portals({}, "storage.example", nullptr, 0, portals);
  ASSERT_FALSE(failure);
  EXPECT_EQ(failure.error().message,
            "storage.example: this isboot was built without a resolver for names");
}

}  // namespace
}  // namespace isboot::app
