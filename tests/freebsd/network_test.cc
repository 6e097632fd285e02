#include "platform/freebsd/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/freebsd/ports.h"
#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {
namespace {

using ::testing::ElementsAre;

class NetworkTest : public ::testing::Test {
protected:
  NetworkTest() {
    kernel_.links.push_back(link_named("em0", "52:54:00:12:34:56"));
    config_.address = IpAddress::v4(10, 0, 2, 15);
    config_.prefix = 24;
    config_.target = IpAddress::v4(10, 0, 2, 2);
  }
  // As establish() does it.
  Result<LinkId> bring_up(LinkId link, Millis deadline) {
    const LinkId up = ISBOOT_TRY(network_.configure(link, config_, deadline));
    ISBOOT_TRY(network_.wait_ready(deadline));
    return up;
  }
  Millis in(Millis span) { return clock_.now() + span; }

  FakeKernel kernel_;
  KernelClock clock_;
  KernelLog log_;
  KernelNetwork network_{clock_, log_};
  LinkConfig config_;
};

TEST_F(NetworkTest, FindsTheNicByItsMacAndWaitsForItsDriver) {
  const isboot_link late = kernel_.links[0];
  kernel_.links.clear();
  const auto deadline = in(1000);
  const auto none = network_.find_link(*parse_mac("52:54:00:12:34:56"), deadline);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::NotFound);
  EXPECT_GE(clock_.now(), deadline);
  EXPECT_TRUE(kernel_.says("no NIC 52:54:00:12:34:56; there are:"));
  kernel_.links.push_back(late);
  EXPECT_EQ(network_.find_link(*parse_mac("52:54:00:12:34:56"), in(1000))->index, 1U);
}

TEST_F(NetworkTest, NamesTheNicsThatThereAre) {
  (void)network_.find_link(*parse_mac("00:00:5e:00:53:01"), in(10));
  EXPECT_TRUE(kernel_.says("em0 52:54:00:12:34:56"));
}

TEST_F(NetworkTest, TakesNoInterfaceThatIsNotEthernet) {
  isboot_link other = link_named("fwe0", "00:00:5e:00:53:02");
  other.type = 144;  // IEEE 1394
  kernel_.links.insert(kernel_.links.begin(), other);
  EXPECT_FALSE(network_.find_link(*parse_mac("00:00:5e:00:53:02"), in(10)));
  EXPECT_TRUE(network_.find_link(*parse_mac("52:54:00:12:34:56"), in(10)));
}

TEST_F(NetworkTest, MakesAVlanAndGivesItTheAddress) {
  config_.vlan = 42;
  config_.mtu = 9000;
  const auto made = bring_up({1}, in(1000));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->index, 7U);
  EXPECT_EQ(network_.interface(), "em0.42");
  EXPECT_THAT(kernel_.calls,
              ElementsAre("mtu em0 9000", "up em0", "create em0.42", "up em0.42", "address em0.42",
                          "route em0.42 host on link", "mark em0.42", "mark em0"));
}

TEST_F(NetworkTest, SaysHowToGetVlans) {
  config_.vlan = 42;
  kernel_.fails["create em0.42"] = {22};
  EXPECT_FALSE(bring_up({1}, in(1000)));
  EXPECT_TRUE(kernel_.says("if_vlan_load=\"YES\""));
}

TEST_F(NetworkTest, AddsARouteThroughTheGatewayOfAFarTarget) {
  config_.target = IpAddress::v4(192, 0, 2, 1);
  config_.gateway = IpAddress::v4(10, 0, 2, 2);
  ASSERT_TRUE(bring_up({1}, in(1000)));
  EXPECT_THAT(kernel_.calls, ElementsAre("up em0", "address em0", "route em0 host via",
                                         "route em0 net via", "mark em0"));
}

TEST_F(NetworkTest, GivesALinkLocalTargetAnAddressToBeSpokenToFrom) {
  config_ = {};
  config_.target = *parse_ip("fe80::2");
  ASSERT_TRUE(bring_up({1}, in(1000)));
  EXPECT_THAT(kernel_.calls, ElementsAre("address em0", "up em0", "mark em0"));
}

TEST_F(NetworkTest, WaitsForCarrierButNotForEver) {
  kernel_.links[0].carrier = ISBOOT_NO_CARRIER;
  const auto deadline = in(3000);
  const auto made = bring_up({1}, deadline);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::TimedOut);
  EXPECT_GE(clock_.now(), deadline);
  EXPECT_TRUE(kernel_.says("em0: no carrier: check the cable"));
}

TEST_F(NetworkTest, DoesNotBelieveADriverThatIsNotRunning) {
  kernel_.links[0].running = 0;
  const auto made = bring_up({1}, in(3000));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::TimedOut);
}

TEST_F(NetworkTest, BelievesADriverThatNeverTellsAfterAWhile) {
  kernel_.links[0].carrier = ISBOOT_CARRIER_UNKNOWN;
  const auto start = clock_.now();
  ASSERT_TRUE(bring_up({1}, in(10'000)));
  EXPECT_GE(clock_.now() - start, 2000U);
  EXPECT_LT(clock_.now() - start, 3000U);
}

TEST_F(NetworkTest, GoesOnWithoutTheMark) {
  kernel_.fails["mark em0"] = {12};
  EXPECT_TRUE(bring_up({1}, in(1000)));
  EXPECT_TRUE(kernel_.says("not in the group isboot"));
}

TEST_F(NetworkTest, NamesTheStepThatTheKernelRefuses) {
  kernel_.fails["address em0"] = {49};
  EXPECT_FALSE(bring_up({1}, in(1000)));
  EXPECT_TRUE(kernel_.says("em0: address 10.0.2.15/24: the kernel refuses it (Can't assign"));
}

class AdvertisedTest : public NetworkTest {
protected:
  AdvertisedTest() {
    config_ = {};
    config_.target = *parse_ip("2001:db8::2");
    config_.advertised = true;
  }
};

TEST_F(AdvertisedTest, AsksTheRoutersAndWaitsForAnAddress) {
  // The link-local address to ask from is tried out first: EADDRNOTAVAIL until then.
  kernel_.fails["ask"] = {49, 49};
  kernel_.router_hears = 1;
  const auto start = clock_.now();
  ASSERT_TRUE(bring_up({1}, in(20'000)));
  EXPECT_LT(clock_.now() - start, 1000U);
  EXPECT_THAT(kernel_.calls, ElementsAre("heed em0", "up em0", "ask", "ask", "ask", "mark em0"));
  const std::vector<std::uint8_t> solicitation{133, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_THAT(kernel_.asked, ElementsAre(solicitation));
  EXPECT_TRUE(kernel_.says("em0 up, address by router advertisement"));
  EXPECT_FALSE(kernel_.says("no IPv6 router"));
  EXPECT_TRUE(kernel_.open.empty());
}

TEST_F(AdvertisedTest, AsksAgainWhenAQuestionIsLost) {
  kernel_.router_hears = 2;
  const auto start = clock_.now();
  ASSERT_TRUE(bring_up({1}, in(20'000)));
  EXPECT_GE(clock_.now() - start, 4000U);
  EXPECT_LT(clock_.now() - start, 5000U);
  EXPECT_TRUE(kernel_.says("em0: no IPv6 router has advertised an address yet, waiting"));
}

TEST_F(AdvertisedTest, SaysWhatToCheckWhenNoRouterAnswers) {
  const auto deadline = in(20'000);
  const auto made = bring_up({1}, deadline);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::TimedOut);
  EXPECT_GE(clock_.now(), deadline);
  EXPECT_EQ(kernel_.asked.size(), 3U);  // at 0, 4 and 12 seconds
  EXPECT_TRUE(kernel_.says("advertised an address; next: check the router"));
}

TEST_F(AdvertisedTest, GoesOnWithTheAddressThatItHas) {
  config_.address = *parse_ip("fd00::15");
  config_.prefix = 64;
  const auto start = clock_.now();
  ASSERT_TRUE(bring_up({1}, in(20'000)));
  EXPECT_LT(clock_.now() - start, 4000U);
  EXPECT_TRUE(kernel_.says("next: check the router, the VLAN, and the table's gateway"));
}

TEST_F(AdvertisedTest, AsksNobodyAfterALossWhenTheAddressIsStillThere) {
  kernel_.links[0].advertised = 1;
  const NicSetup setup{*parse_mac("52:54:00:12:34:56"), config_};
  ASSERT_TRUE(network_.restore(setup, in(1000)));
  EXPECT_TRUE(kernel_.asked.empty());
}

TEST_F(NetworkTest, SaysWhenTheInterfaceIsGone) {
  EXPECT_EQ(bring_up({3}, in(1000)).error().code, Errc::NotFound);
}

}  // namespace
}  // namespace isboot::freebsd::test
