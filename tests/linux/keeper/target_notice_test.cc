#include "platform/linux/keeper/target_notice.h"

#include <gtest/gtest.h>

#include <array>

namespace isboot::linux_platform {
namespace {

using Kind = TargetNotice::Kind;

std::array<std::uint8_t, 48> pdu(std::uint8_t opcode, std::uint8_t event = 0) {
  std::array<std::uint8_t, 48> bytes{};
  bytes[0] = opcode;
  bytes[36] = event;
  return bytes;
}

TEST(TargetNotice, TellsAGoodbyeFromOtherNews) {
  struct {
    std::uint8_t event;
    Kind kind;
  } const kEvents[] = {{0, Kind::Nothing},  {1, Kind::Goodbye}, {2, Kind::Goodbye},
                       {3, Kind::Goodbye},  {4, Kind::Nothing}, {5, Kind::Nothing},
                       {255, Kind::Nothing}};
  for (const auto& each : kEvents)
    EXPECT_EQ(read_target_notice(pdu(0x32, each.event)).kind, each.kind) << int{each.event};
}

TEST(TargetNotice, KnowsAReject) {
  const auto notice = read_target_notice(pdu(0x3f));
  EXPECT_EQ(notice.kind, Kind::Rejected);
  EXPECT_STRNE(notice.words, "");
}

TEST(TargetNotice, TakesNothingElseForOne) {
  EXPECT_EQ(read_target_notice(pdu(0x26, 1)).kind, Kind::Nothing);  // a Logout Response
  EXPECT_EQ(read_target_notice({}).kind, Kind::Nothing);
  const auto whole = pdu(0x32, 1);
  EXPECT_EQ(read_target_notice(Bytes{whole}.first(47)).kind, Kind::Nothing);
}

}  // namespace
}  // namespace isboot::linux_platform
