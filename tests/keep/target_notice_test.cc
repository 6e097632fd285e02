#include "core/keep/target_notice.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace isboot::keep {
namespace {

using Kind = TargetNotice::Kind;

constexpr std::uint16_t kWait = 0x0102;

std::array<std::uint8_t, 48> pdu(std::uint8_t opcode, std::uint8_t event = 0) {
  std::array<std::uint8_t, 48> bytes{};
  bytes[0] = opcode;
  bytes[36] = event;
  bytes[40] = kWait >> 8;
  bytes[41] = kWait & 0xff;
  return bytes;
}

TEST(TargetNotice, TellsAGoodbyeFromOtherNews) {
  struct {
    std::uint8_t event;
    Kind kind;
    std::uint16_t time2wait;
  } const kEvents[] = {{0, Kind::Nothing, 0},     {1, Kind::LogOut, 0}, {2, Kind::Goodbye, kWait},
                       {3, Kind::Goodbye, kWait}, {4, Kind::LogOut, 0}, {5, Kind::Nothing, 0},
                       {255, Kind::Nothing, 0}};
  for (const auto& each : kEvents) {
    const TargetNotice notice = read_target_notice(pdu(0x32, each.event));
    EXPECT_EQ(notice.kind, each.kind) << int{each.event};
    EXPECT_EQ(notice.time2wait, each.time2wait) << int{each.event};
  }
}

TEST(TargetNotice, TakesAWaitFromALogoutThatFailedAlone) {
  const std::pair<std::uint8_t, std::uint16_t> kResults[] = {
      {0, 0}, {1, 0}, {2, kWait}, {3, kWait}};
  for (const auto& [result, time2wait] : kResults) {
    auto bytes = pdu(0x26);
    bytes[2] = result;
    const TargetNotice notice = read_target_notice(bytes);
    EXPECT_EQ(notice.kind, Kind::LoggedOut);
    EXPECT_EQ(notice.time2wait, time2wait) << int{result};
  }
}

TEST(TargetNotice, KnowsAReject) {
  const auto notice = read_target_notice(pdu(0x3f));
  EXPECT_EQ(notice.kind, Kind::Rejected);
  EXPECT_STRNE(notice.words, "");
}

TEST(TargetNotice, TakesNothingElseForOne) {
  EXPECT_EQ(read_target_notice(pdu(0x21, 1)).kind, Kind::Nothing);  // a SCSI Response
  EXPECT_EQ(read_target_notice({}).kind, Kind::Nothing);
  const auto whole = pdu(0x32, 1);
  EXPECT_EQ(read_target_notice(Bytes{whole}.first(47)).kind, Kind::Nothing);
}

}  // namespace
}  // namespace isboot::keep
