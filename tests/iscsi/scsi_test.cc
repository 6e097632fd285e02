#include "core/iscsi/scsi.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isboot::iscsi::scsi {
namespace {

using namespace std::string_literals;

Bytes bytes(const std::string& text) { return as_bytes(text); }

TEST(ScsiCommand, StandsAsTheStandardsWant) {
  EXPECT_EQ(inquiry(255), (Cdb{0x12, 0, 0, 0, 255}));
  EXPECT_EQ(inquiry(VpdPage::Identification, 0x0102), (Cdb{0x12, 1, 0x83, 1, 2}));
  EXPECT_EQ(report_luns(16), (Cdb{0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16}));
  EXPECT_EQ(test_unit_ready(), Cdb{});
  EXPECT_EQ(start_unit(), (Cdb{0x1b, 1, 0, 0, 1}));
  EXPECT_EQ(mode_sense_6(0x3f, 4), (Cdb{0x1a, 0, 0x3f, 0, 4}));
  EXPECT_EQ(read_capacity_16(32), (Cdb{0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32}));
  EXPECT_EQ(read_capacity_10(), (Cdb{0x25}));
  EXPECT_EQ(read_10(0x01020304, 0x0506), (Cdb{0x28, 0, 1, 2, 3, 4, 0, 5, 6}));
  EXPECT_EQ(read_16(0x0102030405060708, 9), (Cdb{0x88, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9}));
}

TEST(Inquiry, TrimsNamesAndTellsDisksApart) {
  const std::string data = "\0\0\5\2\0\0\0\0IET     VIRTUAL-DISK    0001"s;
  const auto disk = decode_inquiry(bytes(data));
  ASSERT_TRUE(disk);
  EXPECT_TRUE(disk->connected);
  EXPECT_TRUE(disk->is_disk);
  EXPECT_EQ(disk->version, 5U);
  EXPECT_FALSE(disk->protects);
  EXPECT_EQ(disk->vendor.view(), "IET");
  EXPECT_EQ(disk->product.view(), "VIRTUAL-DISK");
  EXPECT_EQ(disk->revision.view(), "0001");
  EXPECT_FALSE(decode_inquiry(bytes("\x7f"s + data.substr(1)))->connected);
  EXPECT_FALSE(decode_inquiry(bytes("\x0c"s + data.substr(1)))->is_disk);
  // As Linux: what a short answer lacks is empty, and the disk is a disk.
  for (std::size_t size = 0; size < data.size(); ++size) {
    const auto cut = decode_inquiry(bytes(data.substr(0, size)));
    ASSERT_TRUE(cut);
    EXPECT_TRUE(cut->connected && cut->is_disk && cut->vendor.empty());
    EXPECT_EQ(cut->version, size > 2 ? 5U : 0U);
  }
  EXPECT_TRUE(decode_inquiry(bytes("\0\0\xf5\2\0\1"s))->protects);
  EXPECT_EQ(decode_inquiry(bytes("\0\0\xf5\2\0\1"s))->version, 5U);
}

TEST(ModeSense, SaysWhetherTheDiskIsWriteProtected) {
  EXPECT_TRUE(is_write_protected(bytes("\3\0\x80\0"s)));
  EXPECT_TRUE(is_write_protected(bytes("\3\0\x90\0"s)));
  EXPECT_FALSE(is_write_protected(bytes("\3\0\x10\0"s)));
  EXPECT_FALSE(is_write_protected(bytes("\3\0\x80"s)));
  EXPECT_FALSE(is_write_protected({}));
}

TEST(SerialNumber, IsPrintable) {
  EXPECT_EQ(decode_serial_number(bytes("\0\x80\0\6 AB\1 \0"s))->view(), "AB?");
  EXPECT_EQ(decode_serial_number(bytes("\0\x80\0\xff"
                                       "AB"s))
                ->view(),
            "AB");
  EXPECT_FALSE(decode_serial_number(bytes("\0\x83\0\2AB"s)));
  EXPECT_FALSE(decode_serial_number(bytes("\0\x80"s)));
}

TEST(Identification, PrefersWhatUdevPrefers) {
  const std::string t10 =
      "\2\1\0\3"
      "abc"s;
  const std::string eui = "\1\2\0\2\x12\x34"s;
  const std::string naa = "\1\3\0\3\x60\x01\xff"s;
  const std::string name = "\3\x08\0\5iqn.x"s;
  const std::string port = "\1\x13\0\1\x50"s;
  const auto read = [](const std::string& body) {
    const std::string page = "\0\x83\0"s + static_cast<char>(body.size()) + body;
    const auto text = decode_identification(bytes(page));
    return text ? std::string{text->view()} : "error";
  };
  EXPECT_EQ(read(t10 + eui + naa + name), "naa.6001ff");
  EXPECT_EQ(read(naa + t10 + eui), "naa.6001ff");
  EXPECT_EQ(read(t10 + eui + name), "eui.1234");
  EXPECT_EQ(read(t10 + name), "iqn.x");
  EXPECT_EQ(read(t10), "t10.abc");
  EXPECT_EQ(read(port), "");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(naa.substr(0, 5)), "error");
}

TEST(LunList, FindsOneLun) {
  const std::string data =
      "\0\0\0\x10\0\0\0\0"
      "\0\0\0\0\0\0\0\0"
      "\0\1\0\0\0\0\0\0"s;
  const auto list = decode_lun_list(bytes(data));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->count, 2U);
  EXPECT_TRUE(list->has(*Lun::from_number(0)));
  EXPECT_TRUE(list->has(*Lun::from_number(1)));
  EXPECT_FALSE(list->has(*Lun::from_number(2)));
  // More than the buffer held.
  EXPECT_EQ(decode_lun_list(bytes("\0\0\1\0\0\0\0\0\0\1"s))->count, 32U);
  EXPECT_FALSE(decode_lun_list(bytes("\0\0\0"s)));
}

TEST(Capacity, CountsBlocks) {
  const auto capacity = decode_capacity(bytes("\0\0\0\0\0\0\x7f\xff\0\0\2\0"s));
  ASSERT_TRUE(capacity);
  EXPECT_EQ(capacity->blocks, 32768U);
  EXPECT_EQ(capacity->block_size, 512U);
  EXPECT_EQ(decode_capacity(bytes("\0\0\0\0\0\0\x7f\xff\0\0\0\0"s))->block_size, 512U);
  EXPECT_EQ(decode_capacity(bytes(std::string(8, '\xff') + "\0\0\2\0"s))->blocks, 0U);
  EXPECT_FALSE(decode_capacity(bytes("\0\0\0\0\0\0\x7f\xff\0\0"s)));

  const auto short_form = decode_capacity_10(bytes("\0\0\x7f\xff\0\0\2\0"s));
  ASSERT_TRUE(short_form);
  EXPECT_EQ(short_form->blocks, 32768U);
  EXPECT_EQ(decode_capacity_10(bytes("\xff\xff\xff\xff\0\0\2\0"s))->blocks, 1ULL << 32);
  EXPECT_EQ(decode_capacity_10(bytes("\0\0\x7f\xff\0\0\0\0"s))->block_size, 512U);
  EXPECT_FALSE(decode_capacity_10(bytes("\0\0\x7f\xff\0\0"s)));
}

TEST(Status, IsNamedInWords) {
  EXPECT_EQ(status_text(0x18).view(), "reservation conflict (SCSI status 18)");
  EXPECT_EQ(status_text(0x08).view(), "busy (SCSI status 08)");
  EXPECT_EQ(status_text(0x30).view(), "an auto contingent allegiance is active (SCSI status 30)");
  EXPECT_EQ(status_text(0x22).view(), "SCSI status 22");
}

TEST(Sense, IsReadInBothFormats) {
  const auto fixed = decode_sense(bytes("\xf0\0\6\0\0\0\0\x0a\0\0\0\0\x29\1"s));
  ASSERT_TRUE(fixed);
  EXPECT_EQ(to_text(*fixed).view(), "unit attention (6/29/01)");
  const auto descriptor = decode_sense(bytes("\x72\5\x25\0"s));
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(to_text(*descriptor).view(), "illegal request (5/25/00)");
  // Cut short: the key says enough.
  for (const auto& cut :
       {"\x70\0\6"s, "\x70\0\6\0\0\0\0\0"s, "\x70\0\6\0\0\0\0\0\0\0\0\0"s, "\x72\6"s}) {
    const auto sense = decode_sense(bytes(cut));
    ASSERT_TRUE(sense);
    EXPECT_EQ(to_text(*sense).view(), "unit attention (6/00/00)");
  }
  EXPECT_EQ(decode_sense(bytes("\x72\6\x29"s))->asc, 0x29);
  EXPECT_FALSE(decode_sense(bytes("\x70\0"s)));
  EXPECT_FALSE(decode_sense(bytes("\x12\5\x25\0"s)));
  EXPECT_FALSE(decode_sense({}));
}

}  // namespace
}  // namespace isboot::iscsi::scsi
