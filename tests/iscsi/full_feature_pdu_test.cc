#include "core/iscsi/full_feature_pdu.h"

#include <gtest/gtest.h>

namespace isboot::iscsi {
namespace {

constexpr Sequence kSequence = {0x01020304, 0x05060708, 0x090a0b0c};

TEST(FullFeaturePdu, PutsACommandInTheRfcsPlaces) {
  const std::array<std::uint8_t, 6> cdb = {0x12, 0, 0, 0, 36, 0};
  const RequestHeader header = encode_scsi_command(kSequence, *Lun::from_number(3), cdb, 0x24);
  const RequestHeader expected = {0x01, 0xc1, 0, 0,    0,    0,    0,    0, 0, 3, 0,  0, 0,
                                  0,    0,    0, 1,    2,    3,    4,    0, 0, 0, 36, 5, 6,
                                  7,    8,    9, 0x0a, 0x0b, 0x0c, 0x12, 0, 0, 0, 36};
  EXPECT_EQ(header, expected);
  EXPECT_EQ(encode_scsi_command(kSequence, Lun{}, cdb, 0)[1], 0x81);
}

TEST(FullFeaturePdu, MarksWhatIsImmediate) {
  EXPECT_EQ(encode_text_request(kSequence, kNoTag, 16)[0], 0x04);
  EXPECT_EQ(encode_nop_out(kSequence, Lun{}, 7)[0], 0x40);
  EXPECT_EQ(encode_logout(kSequence)[0], 0x46);
  EXPECT_EQ(encode_logout(kSequence)[1], 0x80);
  EXPECT_EQ(encode_text_request(kSequence, 0x11223344, 16)[20], 0x11);
}

// The Linux kernel is given such a header, and fills in the rest.
TEST(FullFeaturePdu, ALogoutWithoutNumbersIsTwoBytesAndZeros) {
  const RequestHeader wanted{0x46, 0x80};
  EXPECT_EQ(encode_logout({}), wanted);
}

TEST(FullFeaturePdu, ReadsTheTargetsFields) {
  RequestHeader header{};
  for (std::size_t i = 0; i < header.size(); ++i) header[i] = static_cast<std::uint8_t>(i);
  header[0] = 0x25;
  header[4] = 0;
  const auto pdu = decode_target_pdu(header);
  ASSERT_TRUE(pdu);
  EXPECT_TRUE(pdu->is(Opcode::DataIn));
  EXPECT_EQ(pdu->flags, 1);
  EXPECT_EQ(pdu->response, 2);
  EXPECT_EQ(pdu->status, 3);
  EXPECT_EQ(pdu->segment_length, 0x050607U);
  EXPECT_EQ(pdu->lun.bytes[7], 15);
  EXPECT_EQ(pdu->task_tag, 0x10111213U);
  EXPECT_EQ(pdu->transfer_tag, 0x14151617U);
  EXPECT_EQ(pdu->stat_sn, 0x18191a1bU);
  EXPECT_EQ(pdu->exp_cmd_sn, 0x1c1d1e1fU);
  EXPECT_EQ(pdu->max_cmd_sn, 0x20212223U);
  EXPECT_EQ(pdu->data_sn, 0x24252627U);
  EXPECT_EQ(pdu->buffer_offset, 0x28292a2bU);
  EXPECT_EQ(pdu->residual, 0x2c2d2e2fU);
  header[4] = 1;
  EXPECT_EQ(decode_target_pdu(header).error().code, Code{PduErrc::HasAhs});
  for (std::size_t size = 0; size < kHeaderSize; ++size)
    EXPECT_FALSE(decode_target_pdu(Bytes{header}.first(size)));
}

}  // namespace
}  // namespace isboot::iscsi
