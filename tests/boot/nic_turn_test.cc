#include "core/boot/nic_turn.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace isboot::boot {
namespace {

constexpr bool kReachable = false;
constexpr bool kUnreachable = true;
const MacAddress kMac{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress kOtherMac{{0x52, 0x54, 0, 0, 0, 9}};
const IpAddress kOurs = IpAddress::v4(10, 0, 2, 15);
const IpAddress kOther = IpAddress::v4(10, 0, 2, 99);

// A kernel with some links: answers, and remembers what was set up on which.
class NicTurnTest : public ::testing::Test {
protected:
  struct Link {
    SeenLink seen;
    LinkId parent{};
    std::uint16_t vlan = 0;
    std::vector<IpAddress> addresses{};
  };

  NicTurnTest() {
    setup_.nic.mac = kMac;
    setup_.config.address = kOurs;
    setup_.config.prefix = 24;
    setup_.config.target = IpAddress::v4(10, 0, 2, 2);
  }

  Link& add(std::uint32_t number, const MacAddress& mac, std::vector<IpAddress> addresses) {
    Link& link = links_[number];
    link.seen.id.index = number;
    link.seen.mac = mac;
    link.seen.up = true;
    (void)link.seen.name.assign("eth" + std::to_string(number));
    link.addresses = std::move(addresses);
    return link;
  }
  Link& add_vlan(std::uint32_t number, std::uint32_t parent, std::vector<IpAddress> addresses) {
    Link& link = add(number, kMac, std::move(addresses));
    link.seen.origin = LinkOrigin::Stacked;
    link.parent.index = parent;
    link.vlan = 42;
    setup_.config.vlan = 42;
    return link;
  }

  NicTurn::Event answer(NicTurn& turn, const NicTurn::Do& what) {
    using Kind = NicTurn::Event::Kind;
    const NicTurn::Event failed{.kind = Kind::Failed, .error = {Errc::NotFound, 0, "none"}};
    const auto found = links_.find(what.link.index);
    switch (what.kind) {
      case NicTurn::Do::Kind::LookAtLink:
        if (found == links_.end()) return failed;
        return {.kind = Kind::LinkSeen,
                .link = found->second.seen,
                .parent = found->second.parent,
                .vlan = found->second.vlan};
      case NicTurn::Do::Kind::LookAtAddresses:
        if (found == links_.end() || addresses_fail_) return failed;
        turn.take_address(kOther);  // of a list that is begun anew
        turn.forget_addresses();
        for (const IpAddress& address : found->second.addresses) turn.take_address(address);
        return {.kind = Kind::AddressesSeen};
      case NicTurn::Do::Kind::FindNic: {
        std::vector<SeenLink> seen;
        for (const auto& [number, link] : links_) seen.push_back(link.seen);
        const auto choice = choose_link(seen, setup_.nic);
        if (!choice) return failed;
        NicTurn::Event event{.kind = Kind::NicFound, .link = seen[choice->index]};
        event.carrier = event.link.id;
        if (setup_.config.vlan == 0) return event;
        event.carrier = {};
        for (const auto& [number, link] : links_)
          if (link.parent == event.link.id) event.carrier = link.seen.id;
        return event;
      }
      default:
        set_up_on_ = what.link.index;
        precaution_ = what.precaution;
        changes_ = turn.plan().changes.count;
        if (set_up_fails_) return failed;
        NicTurn::Event event{.kind = Kind::IsSetUp};
        event.link.id.index = carries_then_ != 0 ? carries_then_ : what.link.index;
        return event;
    }
  }

  // The link to connect by; 0: no connect can be tried.
  std::uint32_t turn(std::uint32_t link, bool unreachable) {
    set_up_on_ = 0;
    NicTurn turn{setup_, {link}, unreachable};
    NicTurn::Do next = turn.begin();
    for (int steps = 0; steps < 12; ++steps) {
      by_ = next.by.index;
      if (next.kind == NicTurn::Do::Kind::Use) return next.link.index;
      if (next.kind == NicTurn::Do::Kind::GiveUp) return 0;
      next = turn.on_event(answer(turn, next));
    }
    ADD_FAILURE() << "never ends";
    return 0;
  }

  NicSetup setup_;
  std::map<std::uint32_t, Link> links_;
  bool addresses_fail_ = false;
  bool set_up_fails_ = false;
  std::uint32_t carries_then_ = 0;
  std::uint32_t set_up_on_ = 0;  // 0: nothing was
  bool precaution_ = false;
  std::size_t changes_ = 0;
  std::uint32_t by_ = 0;
};

TEST_F(NicTurnTest, LeavesANicAloneThatHasAll) {
  add(2, kMac, {kOurs});
  EXPECT_EQ(turn(2, kReachable), 2U);
  EXPECT_EQ(set_up_on_, 0U);
}

TEST_F(NicTurnTest, MakesThePlanAgainWhereSomethingIsMissing) {
  Link& link = add(2, kMac, {kOurs});
  EXPECT_EQ(turn(2, kUnreachable), 2U);  // routes, perhaps
  EXPECT_EQ(set_up_on_, 2U);
  EXPECT_TRUE(precaution_);
  link.addresses = {};
  for (const bool unreachable : {kReachable, kUnreachable}) {
    EXPECT_EQ(turn(2, unreachable), 2U);
    EXPECT_EQ(set_up_on_, 2U);
    EXPECT_FALSE(precaution_);
  }
  link.seen.up = false;
  EXPECT_EQ(turn(2, kReachable), 2U);
  EXPECT_EQ(set_up_on_, 2U);
  EXPECT_FALSE(precaution_);
}

TEST_F(NicTurnTest, LeavesANicAloneThatSomebodyElseManages) {
  add(2, kMac, {kOther});
  EXPECT_EQ(turn(2, kUnreachable), 2U);
  EXPECT_EQ(set_up_on_, 0U);
}

TEST_F(NicTurnTest, FindsTheNicThatCameBackWithAnotherNumber) {
  add(7, kMac, {});
  EXPECT_EQ(turn(2, kReachable), 7U);
  EXPECT_EQ(set_up_on_, 7U);
  links_[7].addresses = {kOther};
  EXPECT_EQ(turn(2, kReachable), 7U);
  EXPECT_EQ(set_up_on_, 0U);
}

TEST_F(NicTurnTest, TriesNoConnectWhileTheNicIsMissing) {
  add(3, kOtherMac, {});
  EXPECT_EQ(turn(2, kUnreachable), 0U);
  EXPECT_EQ(turn(3, kUnreachable), 0U);
  EXPECT_EQ(set_up_on_, 0U);
}

TEST_F(NicTurnTest, DoesNotTakeWhatStoodOnTheNicForTheNic) {
  add(5, kMac, {}).seen.origin = LinkOrigin::Stacked;
  EXPECT_EQ(turn(2, kUnreachable), 0U);
  EXPECT_EQ(set_up_on_, 0U);
}

// As after `ip link add index 2`.
TEST_F(NicTurnTest, KnowsThatItsNumberIsAnotherLinksNow) {
  for (const auto& addresses : {std::vector<IpAddress>{}, std::vector<IpAddress>{kOther}}) {
    add(2, kOtherMac, addresses);
    add(7, kMac, {});
    EXPECT_EQ(turn(2, kReachable), 7U);
    EXPECT_EQ(set_up_on_, 7U);
  }
}

TEST_F(NicTurnTest, KnowsANicByItsNumberWhoeverHasItsNameNow) {
  setup_.nic = {};
  ASSERT_TRUE(setup_.nic.name.assign("eth2"));
  ASSERT_TRUE(add(2, kMac, {}).seen.name.assign("wan0"));
  ASSERT_TRUE(add(3, kOtherMac, {}).seen.name.assign("eth2"));
  EXPECT_EQ(turn(2, kReachable), 2U);
  EXPECT_EQ(set_up_on_, 2U);
}

TEST_F(NicTurnTest, ConnectsByTheBridgeToWhichItsAddressWasMoved) {
  add(2, kMac, {}).seen.master.index = 5;
  Link& bridge = add(5, kMac, {kOurs});
  bridge.seen.origin = LinkOrigin::Stacked;
  for (const bool unreachable : {kReachable, kUnreachable}) {
    EXPECT_EQ(turn(2, unreachable), 2U);
    EXPECT_EQ(by_, 5U);
    EXPECT_EQ(set_up_on_, 0U);
  }
  bridge.addresses = {kOther};
  EXPECT_EQ(turn(2, kUnreachable), 2U);
  EXPECT_EQ(by_, 2U);
  EXPECT_EQ(set_up_on_, 0U);
}

TEST_F(NicTurnTest, BringsUpAPortAndNoMore) {
  Link& nic = add(2, kMac, {});
  nic.seen.master.index = 5;
  nic.seen.up = false;
  add(5, kOtherMac, {kOurs}).seen.origin = LinkOrigin::Stacked;
  EXPECT_EQ(turn(2, kReachable), 2U);
  EXPECT_EQ(by_, 5U);
  EXPECT_EQ(set_up_on_, 2U);
  EXPECT_EQ(changes_, 1U);
  set_up_fails_ = true;
  EXPECT_EQ(turn(2, kReachable), 0U);
}

TEST_F(NicTurnTest, MakesAVlanOnItsNicAlone) {
  add(2, kMac, {});
  add(4, kOtherMac, {});
  add_vlan(3, 2, {kOurs});
  EXPECT_EQ(turn(3, kReachable), 3U);
  EXPECT_EQ(set_up_on_, 0U);
  links_[3].parent.index = 4;  // that number is another NIC's VLAN now
  links_[3].addresses = {};
  carries_then_ = 8;
  EXPECT_EQ(turn(3, kReachable), 8U);
  EXPECT_EQ(set_up_on_, 2U);
}

TEST_F(NicTurnTest, LooksAtAVlanThatWasMadeAnew) {
  add(2, kMac, {});
  add_vlan(6, 2, {kOther});
  EXPECT_EQ(turn(3, kUnreachable), 6U);
  EXPECT_EQ(set_up_on_, 0U);
  links_[2].seen.up = false;
  EXPECT_EQ(turn(3, kUnreachable), 2U);
  EXPECT_EQ(set_up_on_, 2U);
}

TEST_F(NicTurnTest, TriesNoConnectWhenTheKernelRefuses) {
  add(2, kMac, {});
  set_up_fails_ = true;
  EXPECT_EQ(turn(2, kReachable), 0U);
  addresses_fail_ = true;
  EXPECT_EQ(turn(2, kReachable), 0U);
  links_[2].seen.up = false;
  set_up_fails_ = false;
  setup_.config.vlan = 4095;  // no plan
  EXPECT_EQ(turn(2, kReachable), 0U);
}

TEST_F(NicTurnTest, MakesAPlanWithoutAnAddressWhenNothingAnswers) {
  setup_.config.address = {};
  add(2, kMac, {kOther});
  EXPECT_EQ(turn(2, kReachable), 2U);
  EXPECT_EQ(set_up_on_, 0U);
  EXPECT_EQ(turn(2, kUnreachable), 2U);
  EXPECT_EQ(set_up_on_, 2U);
  EXPECT_TRUE(precaution_);
  add_vlan(3, 2, {});
  links_[3].vlan = 43;  // that number is another VLAN now
  links_[3].parent = {};
  EXPECT_EQ(turn(3, kUnreachable), 2U);
  EXPECT_EQ(set_up_on_, 2U);
  EXPECT_FALSE(precaution_);
}

}  // namespace
}  // namespace isboot::boot
