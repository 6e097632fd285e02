#include "core/boot/plan_fault.h"

#include <gtest/gtest.h>

#include "core/ibft/decode.h"
#include "testing/fixture.h"

namespace isboot::boot {
namespace {

constexpr const char* kSource = "file:x.bin";

class PlanFaultTest : public ::testing::Test {
protected:
  PlanFaultTest()
      : bytes_{testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-uefi-virtio-nochap.bin")} {
    ibft::Findings findings;
    EXPECT_TRUE(ibft::decode(bytes_, table_, findings));
  }
  // What is said of the table as it is.
  std::string fault() {
    const auto planned = make_plan(table_, parameters_, plan_);
    if (planned) return "";
    return std::string{fault_text(kSource, table_, parameters_, planned.error()).view()};
  }
  ibft::Target& target() { return table_.targets.items[0]; }

  std::vector<std::uint8_t> bytes_;
  ibft::Table table_;
  Parameters parameters_;
  Plan plan_;
};

TEST_F(PlanFaultTest, NamesSourceStructureFieldAndValue) {
  EXPECT_EQ(fault(), "");
  const std::string name = "iqn.2026-11.org.example:" + std::string(216, 'x');
  target().name = name;
  EXPECT_EQ(fault(), "file:x.bin, target0, offset 384: its name is longer than 223 bytes: " +
                         name.substr(0, 60) + "...");
  target().name = "iqn.2026-11.org.example:disk";
  table_.initiator->name = name;
  EXPECT_EQ(fault(),
            "file:x.bin, initiator, offset 80: the initiator's name is longer than 223 bytes: " +
                name.substr(0, 60) + "...");
  table_.initiator->name = {};
  EXPECT_EQ(fault(),
            "file:x.bin, initiator, offset 80: there is no initiator name: set isboot.initiator=");
}

TEST_F(PlanFaultTest, NamesTheNicWithoutAnAddress) {
  table_.nics.items[0].address = {};
  EXPECT_EQ(fault(), "file:x.bin, nic0, offset 160: the NIC has no address");
}

TEST_F(PlanFaultTest, ShowsAChapNameAndNeverASecret) {
  const std::string text = "long-" + std::string(251, 's');
  target().chap = ibft::ChapType::Mutual;
  target().chap_name = text;
  EXPECT_EQ(fault(), "file:x.bin, target0, offset 384: its CHAP name is longer than 255 bytes: " +
                         text.substr(0, 60) + "...");
  target().chap_name = "user";
  target().reverse_chap_name = text;
  EXPECT_EQ(fault(),
            "file:x.bin, target0, offset 384: its reverse CHAP name is longer than 255 bytes: " +
                text.substr(0, 60) + "...");
  target().reverse_chap_name = {};
  target().reverse_chap_secret = text;
  EXPECT_EQ(fault(),
            "file:x.bin, target0, offset 384: its reverse CHAP secret is longer than 255 bytes");
  target().chap_secret = text;
  EXPECT_EQ(fault(), "file:x.bin, target0, offset 384: its CHAP secret is longer than 255 bytes");
}

TEST_F(PlanFaultTest, AFaultOfTheUrlIsNoneOfTheTable) {
  (void)parameters_.url.assign("iscsi:10.0.2.2:17:3260:1:iqn.2026-11.org.example:disk");
  EXPECT_EQ(fault(),
            "isboot.url=iscsi:10.0.2.2:17:3260:1:iqn.2026-11.org.example:disk, offset 15: "
            "URL: protocol is neither 6 nor tcp");
}

TEST_F(PlanFaultTest, OnePathThatCanBeSetUpIsEnough) {
  ASSERT_EQ(fault(), "");
  plan_.push(plan_[0]);
  EXPECT_TRUE(set_up_fault(plan_, plan_.count).empty());
  plan_.items[0].link.vlan = 4095;
  EXPECT_TRUE(set_up_fault(plan_, plan_.count).empty());
  // With isboot.paths=first the second is not tried.
  const std::string words =
      "no path can be set up: target0 through nic0, address 10.0.2.15/24, VLAN 4095, "
      "target 10.0.2.2: VLAN number is above 4094";
  EXPECT_EQ(set_up_fault(plan_, 1).view(), words);
  plan_.items[1].link.address = *parse_ip("fd00::1");
  EXPECT_EQ(set_up_fault(plan_, plan_.count).view(), words);
  EXPECT_EQ(set_up_fault(plan_, 0).view(), "no path can be set up");
}

}  // namespace
}  // namespace isboot::boot
