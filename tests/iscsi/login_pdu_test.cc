#include "core/iscsi/login_pdu.h"

#include <gtest/gtest.h>

#include <vector>

namespace isboot::iscsi {
namespace {

using Header = std::array<std::uint8_t, kHeaderSize>;

Header good_response() {
  Header header{};
  header[0] = 0x23;
  header[1] = 0x80 | 1;  // T, CSG security, NSG operational
  header[7] = 12;
  header[15] = 7;
  header[19] = 9;
  header[27] = 0x10;
  header[31] = 0x20;
  header[35] = 0x30;
  return header;
}

TEST(LoginRequest, StandsInTheRfcsPlaces) {
  LoginRequest request;
  request.transit = true;
  request.stage = Stage::Operational;
  request.next_stage = Stage::FullFeature;
  request.isid.bytes = {0x80, 1, 2, 3, 4, 5};
  request.tsih = 0x0607;
  request.task_tag = 0x08090a0b;
  request.connection_id = 0x0c0d;
  request.cmd_sn = 0x0e0f1011;
  request.exp_stat_sn = 0x12131415;
  request.segment_length = 0x161718;
  Header header{};
  ASSERT_TRUE(encode(request, header));
  const Header expected = {0x43, 0x87, 0,    0,    0,    0x16, 0x17, 0x18, 0x80, 1,    2,
                           3,    4,    5,    6,    7,    8,    9,    0x0a, 0x0b, 0x0c, 0x0d,
                           0,    0,    0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15};
  EXPECT_EQ(header, expected);
}

TEST(LoginRequest, LeavesNsgOutWithoutTransit) {
  LoginRequest request;
  request.continues = true;
  request.next_stage = Stage::Operational;
  Header header{};
  ASSERT_TRUE(encode(request, header));
  EXPECT_EQ(header[1], 0x40);
}

TEST(LoginRequest, NeedsRoomForAHeader) {
  std::array<std::uint8_t, kHeaderSize - 1> small{};
  EXPECT_FALSE(encode(LoginRequest{}, small));
}

TEST(LoginResponse, IsReadFromTheRfcsPlaces) {
  const auto response = decode_login_response(good_response());
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->transit);
  EXPECT_EQ(response->next_stage, Stage::Operational);
  EXPECT_EQ(response->tsih, 7);
  EXPECT_EQ(response->task_tag, 9U);
  EXPECT_EQ(response->stat_sn, 0x10U);
  EXPECT_EQ(response->exp_cmd_sn, 0x20U);
  EXPECT_EQ(response->max_cmd_sn, 0x30U);
  EXPECT_EQ(response->segment_length, 12U);
}

struct Damage {
  const char* name;
  std::size_t at;
  std::uint8_t byte;
  Code code;
};

TEST(LoginResponse, NamesTheDamagedField) {
  const Damage damages[] = {
      {"another opcode", 0, 0x21, PduErrc::UnexpectedOpcode},
      {"a reject", 0, 0x3f, PduErrc::Rejected},
      {"T and C", 1, 0xc1, PduErrc::ContinueAndTransit},
      {"CSG 2", 1, 0x08, PduErrc::BadStage},
      {"NSG 2", 1, 0x82, PduErrc::BadStage},
      {"NSG not after CSG", 1, 0x85, PduErrc::BadStage},
      {"NSG before CSG", 1, 0x84, PduErrc::BadStage},
      {"version 1", 3, 1, PduErrc::BadVersion},
      {"AHS", 4, 1, PduErrc::HasAhs},
      {"64 KiB of text", 5, 1, PduErrc::SegmentTooLong},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.name);
    Header header = good_response();
    header[damage.at] = damage.byte;
    const auto response = decode_login_response(header);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, damage.code);
    EXPECT_EQ(response.error().offset, damage.at);
  }
}

TEST(LoginResponse, DoesNotJudgeTheStagesOfARefusal) {
  Header header = good_response();
  header[1] = 0xca;
  header[36] = 2;
  header[37] = 1;
  const auto response = decode_login_response(header);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status_class, 2);
  EXPECT_EQ(response->status_detail, 1);
}

TEST(LoginResponse, IsRefusedWhenItIsCutAnywhere) {
  const Header header = good_response();
  for (std::size_t size = 0; size < 38; ++size)
    EXPECT_FALSE(decode_login_response(Bytes{header}.first(size))) << size;
}

}  // namespace
}  // namespace isboot::iscsi
