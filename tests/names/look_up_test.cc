#include "core/names/look_up.h"

#include <gtest/gtest.h>

#include "core/names/name_servers.h"
#include "testing/fake_entropy.h"
#include "testing/fake_resolver.h"

namespace isboot::names {
namespace {

using Asked = std::vector<std::string>;

const IpAddress kV4 = IpAddress::v4(10, 0, 2, 2);
const IpAddress kFar = IpAddress::v4(192, 0, 2, 7);
const IpAddress kV6 = *parse_ip("2001:db8::2");

class LookUpTest : public ::testing::Test {
protected:
  LookUpTest() {
    for (const char* server : {"10.0.0.1", "10.0.0.2"})
      add_server(*parse_ip(server), asking_.servers);
  }
  void zone(const char* server, std::vector<IpAddress> addresses,
            const char* name = "storage.example") {
    resolver_.zones[server][name] = std::move(addresses);
  }
  // The addresses in their order, or what went wrong.
  std::vector<std::string> found(Text host = "storage.example") {
    const auto result = look_up(host, asking_, deadline_, told_);
    std::vector<std::string> all;
    failure_ = result ? Code{} : result.error().code;
    if (result)
      for (const IpAddress& address : *result) all.emplace_back(to_text(address).view());
    return all;
  }
  Code failure() const { return failure_; }

  testing::FakeClock clock_;
  testing::FakeEntropy entropy_;
  testing::FakeResolver resolver_{clock_};
  Asking asking_{resolver_, clock_, entropy_};
  Millis deadline_ = 1'000'000;
  Told told_;
  Code failure_;
};

TEST_F(LookUpTest, AsksTheFirstServerForBothFamiliesAndNobodyElse) {
  zone("10.0.0.1", {kV4, kV6});
  EXPECT_EQ(found(), (Asked{"2001:db8::2", "10.0.2.2"}));
  EXPECT_EQ(resolver_.asked,
            (Asked{"10.0.0.1 storage.example AAAA", "10.0.0.1 storage.example A"}));
}

TEST_F(LookUpTest, AsksForWhatTheNicCanReachAlone) {
  zone("10.0.0.1", {kV4, kV6});
  asking_.reach = {.v4 = true, .v6 = false, .over_nic = true};
  EXPECT_EQ(found(), Asked{"10.0.2.2"});
  asking_.reach = {.v4 = false, .v6 = true, .over_nic = true};
  EXPECT_EQ(found(), Asked{"2001:db8::2"});
  EXPECT_EQ(resolver_.asked.size(), 2U);
}

TEST_F(LookUpTest, PutsTheNicsSubnetFirst) {
  zone("10.0.0.1", {kFar, kV4});
  asking_.reach = {.v4 = true,
                   .v6 = false,
                   .over_nic = true,
                   .address = IpAddress::v4(10, 0, 2, 15),
                   .prefix = 24};
  EXPECT_EQ(found(), (Asked{"10.0.2.2", "192.0.2.7"}));
}

TEST_F(LookUpTest, PutsWhatHasNoRouteLast) {
  zone("10.0.0.1", {kV4, kV6});
  resolver_.unrouted = kV6;
  EXPECT_EQ(found(), (Asked{"10.0.2.2", "2001:db8::2"}));
}

TEST_F(LookUpTest, LeavesOutWhatLeadsNowhere) {
  zone("10.0.0.1", {IpAddress::v4(0, 0, 0, 0), IpAddress::v4(224, 0, 0, 1), *parse_ip("fe80::1")});
  zone("10.0.0.2", {IpAddress::v4(127, 0, 0, 1), kV4});
  EXPECT_EQ(found(), (Asked{"127.0.0.1", "10.0.2.2"}));
  asking_.reach = {.v4 = true, .v6 = false, .over_nic = true};
  EXPECT_EQ(found(), Asked{"10.0.2.2"});
  zone("10.0.0.2", {IpAddress::v4(127, 0, 0, 1)});
  EXPECT_EQ(found(), Asked{});
  EXPECT_EQ(failure(), LookUpErrc::NotReachable);
  EXPECT_EQ(told_.view(),
            "10.0.0.1: no address that can be used, 10.0.0.2: no address that can be used");
}

// The first may serve another side, or be mistaken.
TEST_F(LookUpTest, AsksTheNextServerWhenOneSaysNo) {
  resolver_.zones["10.0.0.1"] = {};
  zone("10.0.0.2", {kV4});
  EXPECT_EQ(found(), Asked{"10.0.2.2"});
}

TEST_F(LookUpTest, SaysWhatEachServerSaid) {
  resolver_.zones["10.0.0.1"] = {};
  zone("10.0.0.2", {});
  EXPECT_EQ(found(), Asked{});
  EXPECT_EQ(failure(), LookUpErrc::NotFound);
  EXPECT_EQ(told_.view(), "10.0.0.1: no such name, 10.0.0.2: no address for it");
  resolver_.rcodes["storage.example"] = 2;
  EXPECT_EQ(found(), Asked{});
  EXPECT_EQ(failure(), LookUpErrc::NoAnswer);
  EXPECT_EQ(told_.view(), "10.0.0.1: server failure, 10.0.0.2: server failure");
  for (const LookUpErrc code : {LookUpErrc::NoServer, LookUpErrc::NotFound, LookUpErrc::NoAnswer})
    EXPECT_NE(next_step(Error{code, 0, ""}), "");
}

TEST_F(LookUpTest, AsksASilentServerAgainAndOneThatAnsweredNot) {
  resolver_.zones["10.0.0.2"] = {};
  EXPECT_EQ(found(), Asked{});
  EXPECT_EQ(failure(), LookUpErrc::NoAnswer);
  EXPECT_EQ(told_.view(), "10.0.0.1: no answer, 10.0.0.2: no such name");
  // One question to the silent one in each round: its second would wait as well.
  EXPECT_EQ(resolver_.asked.size(), kRounds + 2);
  EXPECT_EQ(clock_.now(), 1'000 + kFirstWait * 7);
}

TEST_F(LookUpTest, HearsAServerThatComesLater) {
  resolver_.on_ask = [this] {
    if (resolver_.asked.size() == 3) zone("10.0.0.1", {kV4});
  };
  EXPECT_EQ(found(), Asked{"10.0.2.2"});
}

TEST_F(LookUpTest, NeverWaitsPastItsDeadline) {
  deadline_ = clock_.now() + 1'500;
  EXPECT_EQ(found(), Asked{});
  EXPECT_EQ(clock_.now(), deadline_);
  EXPECT_EQ(resolver_.asked.size(), 2U);
}

TEST_F(LookUpTest, PutsTheDomainsBehindANameWithoutADot) {
  add_domain("one.example", asking_.servers);
  add_domain("two.example", asking_.servers);
  zone("10.0.0.1", {kV4}, "storage.two.example");
  EXPECT_EQ(found("storage"), Asked{"10.0.2.2"});
  EXPECT_EQ(resolver_.asked[0], "10.0.0.1 storage.one.example AAAA");
  resolver_.asked.clear();
  EXPECT_EQ(found("storage."), Asked{});
  EXPECT_EQ(resolver_.asked[0], "10.0.0.1 storage AAAA");
  zone("10.0.0.1", {kFar}, "nas");
  EXPECT_EQ(found("nas"), Asked{"192.0.2.7"});
}

TEST_F(LookUpTest, NeedsSomebodyToAsk) {
  asking_.servers.servers.count = 0;
  EXPECT_EQ(found(), Asked{});
  EXPECT_EQ(failure(), LookUpErrc::NoServer);
  EXPECT_TRUE(told_.empty());
}

TEST_F(LookUpTest, AsksOverTheNicThatItIsTold) {
  zone("10.0.0.1", {kV4});
  asking_.via = {7, true};
  (void)found();
  EXPECT_EQ(resolver_.vias[0].link, 7U);
  EXPECT_TRUE(resolver_.vias[0].only);
}

}  // namespace
}  // namespace isboot::names
