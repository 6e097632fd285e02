#include "core/iscsi/scsi.h"

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot::iscsi::scsi {
namespace {

enum Operation : std::uint8_t {
  kTestUnitReady = 0x00,
  kInquiry = 0x12,
  kModeSense6 = 0x1a,
  kStartStopUnit = 0x1b,
  kReadCapacity10 = 0x25,
  kRead10 = 0x28,
  kRead16 = 0x88,
  kServiceActionIn16 = 0x9e,
  kReportLuns = 0xa0,
};
constexpr std::uint8_t kReadCapacity16 = 0x10;  // service action

// Padding of ASCII fields is spaces; some devices pad with NULs.
Text trimmed(Bytes field) {
  Text text = as_text(field);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0'))
    text = part_of(text, 0, text.size() - 1);
  while (!text.empty() && text.front() == ' ') text = part_of(text, 1);
  return text;
}

template <std::size_t capacity>
InlineText<capacity> printable(Bytes field) {
  std::array<char, capacity> buffer{};
  TextWriter out{buffer};
  for (const char c : trimmed(field)) out << (c >= ' ' && c < 0x7f ? c : '?');
  InlineText<capacity> text;
  (void)text.assign(out.text());  // both hold `capacity`
  return text;
}

// The body of a VPD page: byte 1 is its number, bytes 2 and 3 its length.
Result<Bytes> page_body(Bytes page, VpdPage number) {
  Reader in{page};
  ISBOOT_TRY(in.skip(1));
  if (ISBOOT_TRY(in.u8()) != static_cast<std::uint8_t>(number))
    return Error{Errc::BadValue, 1, "another VPD page"};
  const std::uint16_t length = ISBOOT_TRY(in.be16());
  return in.bytes(length < in.remaining() ? length : in.remaining());
}

}  // namespace

Cdb inquiry(std::uint16_t length) {
  Cdb cdb{};
  Writer{cdb}.u8(kInquiry).zeros(2).be16(length);
  return cdb;
}

Cdb inquiry(VpdPage page, std::uint16_t length) {
  Cdb cdb{};
  Writer{cdb}.u8(kInquiry).u8(1).u8(static_cast<std::uint8_t>(page)).be16(length);
  return cdb;
}

Cdb report_luns(std::uint32_t length) {
  Cdb cdb{};
  Writer{cdb}.u8(kReportLuns).zeros(5).be32(length);
  return cdb;
}

Cdb test_unit_ready() {
  Cdb cdb{};
  cdb[0] = kTestUnitReady;
  return cdb;
}

Cdb start_unit() {
  constexpr std::uint8_t kImmediate = 1;
  constexpr std::uint8_t kStart = 1;
  Cdb cdb{};
  Writer{cdb}.u8(kStartStopUnit).u8(kImmediate).zeros(2).u8(kStart);
  return cdb;
}

Cdb mode_sense_6(std::uint8_t page, std::uint8_t length) {
  Cdb cdb{};
  Writer{cdb}.u8(kModeSense6).u8(0).u8(page).u8(0).u8(length);
  return cdb;
}

Cdb read_capacity_16(std::uint32_t length) {
  Cdb cdb{};
  Writer{cdb}.u8(kServiceActionIn16).u8(kReadCapacity16).zeros(8).be32(length);
  return cdb;
}

Cdb read_capacity_10() {
  Cdb cdb{};
  cdb[0] = kReadCapacity10;
  return cdb;
}

Cdb read_10(std::uint32_t block, std::uint16_t count) {
  Cdb cdb{};
  Writer{cdb}.u8(kRead10).u8(0).be32(block).u8(0).be16(count);
  return cdb;
}

Cdb read_16(std::uint64_t block, std::uint32_t count) {
  Cdb cdb{};
  Writer{cdb}.u8(kRead16).u8(0).be64(block).be32(count);
  return cdb;
}

Result<Inquiry> decode_inquiry(Bytes data) {
  Reader in{data};
  const std::uint8_t peripheral = data.empty() ? 0 : ISBOOT_TRY(in.u8());
  Inquiry inquiry;
  inquiry.connected = peripheral >> 5 == 0;
  // Direct access, optical memory, reduced block commands, host managed zones.
  const std::uint8_t type = peripheral & 0x1f;
  inquiry.is_disk = type == 0 || type == 0x07 || type == 0x0e || type == 0x14;
  if (data.size() > 2) inquiry.version = data[2] & 0x0f;  // what Linux looks at
  if (data.size() > 5) inquiry.protects = (data[5] & 1) != 0;
  if (data.size() < 36) return inquiry;
  ISBOOT_TRY(in.skip(7));
  inquiry.vendor = printable<8>(ISBOOT_TRY(in.bytes(8)));
  inquiry.product = printable<16>(ISBOOT_TRY(in.bytes(16)));
  inquiry.revision = printable<4>(ISBOOT_TRY(in.bytes(4)));
  return inquiry;
}

Result<InlineText<255>> decode_serial_number(Bytes page) {
  return printable<255>(ISBOOT_TRY(page_body(page, VpdPage::SerialNumber)));
}

// SPC-5, Device Identification VPD page: designators, each four bytes and its identifier.
Result<InlineText<255>> decode_identification(Bytes page) {
  Reader in{ISBOOT_TRY(page_body(page, VpdPage::Identification))};
  struct Kind {
    std::uint8_t type;
    Text prefix;
    bool binary;
  };
  constexpr Kind kBestFirst[] = {
      {3, "naa.", true}, {2, "eui.", true}, {8, "", false}, {1, "t10.", false}};
  std::size_t best = std::size(kBestFirst);
  InlineText<255> text;
  while (in.remaining() != 0) {
    ISBOOT_TRY(in.skip(1));
    const std::uint8_t kind = ISBOOT_TRY(in.u8());
    ISBOOT_TRY(in.skip(1));
    const Bytes identifier = ISBOOT_TRY(in.bytes(ISBOOT_TRY(in.u8())));
    if ((kind & 0x30) != 0) continue;  // of the port or the target, not of the unit
    for (std::size_t i = 0; i < best; ++i) {
      if (kBestFirst[i].type != (kind & 0x0f)) continue;
      best = i;
      std::array<char, 255> buffer{};
      TextWriter out{buffer};
      out << kBestFirst[i].prefix;
      if (!kBestFirst[i].binary)
        out << printable<255>(identifier).view();
      else
        for (const std::uint8_t byte : identifier) out.hex(byte, 2);
      (void)text.assign(out.text());  // both hold 255 bytes
    }
  }
  return text;
}

bool LunList::has(const Lun& lun) const {
  for (std::size_t at = 0; at + 8 <= entries.size(); at += 8) {
    bool same = true;
    for (std::size_t i = 0; i < 8; ++i) same = same && entries[at + i] == lun.bytes[i];
    if (same) return true;
  }
  return false;
}

Result<LunList> decode_lun_list(Bytes data) {
  Reader in{data};
  const std::uint32_t length = ISBOOT_TRY(in.be32());
  ISBOOT_TRY(in.skip(4));
  LunList list;
  list.count = length / 8;
  list.entries = ISBOOT_TRY(in.bytes(length < in.remaining() ? length : in.remaining()));
  return list;
}

namespace {
constexpr std::uint32_t kAssumedBlockSize = 512;  // by Linux' sd, where a target says 0
}  // namespace

Result<Capacity> decode_capacity(Bytes data) {
  Reader in{data};
  const std::uint64_t last = ISBOOT_TRY(in.be64());
  Capacity capacity;
  capacity.block_size = ISBOOT_TRY(in.be32());
  if (capacity.block_size == 0) capacity.block_size = kAssumedBlockSize;
  capacity.blocks = last + 1;
  return capacity;
}

Result<Capacity> decode_capacity_10(Bytes data) {
  Reader in{data};
  const std::uint32_t last = ISBOOT_TRY(in.be32());
  Capacity capacity;
  capacity.block_size = ISBOOT_TRY(in.be32());
  if (capacity.block_size == 0) capacity.block_size = kAssumedBlockSize;
  capacity.blocks = std::uint64_t{last} + 1;
  return capacity;
}

bool is_write_protected(Bytes mode_data) {
  constexpr std::uint8_t kWriteProtect = 0x80;
  return mode_data.size() >= kModeHeader && (mode_data[2] & kWriteProtect) != 0;
}

Result<Sense> decode_sense(Bytes data) {
  Reader in{data};
  const std::uint8_t format = ISBOOT_TRY(in.u8()) & 0x7f;
  Sense sense;
  if (format == 0x70 || format == 0x71) {
    ISBOOT_TRY(in.skip(1));
    sense.key = ISBOOT_TRY(in.u8()) & 0x0f;
    if (in.remaining() < 9) return sense;
    ISBOOT_TRY(in.skip(9));
  } else if (format == 0x72 || format == 0x73) {
    sense.key = ISBOOT_TRY(in.u8()) & 0x0f;
  } else {
    return Error{Errc::BadValue, 0, "sense of an unknown format"};
  }
  if (in.remaining() != 0) sense.asc = ISBOOT_TRY(in.u8());
  if (in.remaining() != 0) sense.ascq = ISBOOT_TRY(in.u8());
  return sense;
}

InlineText<64> status_text(std::uint8_t status) {
  struct Words {
    std::uint8_t status;
    Text words;
  };
  constexpr Words kWords[] = {{kBusy, "busy"},
                              {kReservationConflict, "reservation conflict"},
                              {kTaskSetFull, "its queue is full"},
                              {0x30, "an auto contingent allegiance is active"},
                              {0x40, "task aborted"}};
  std::array<char, 64> buffer{};
  TextWriter out{buffer};
  for (const Words& row : kWords)
    if (row.status == status) out << row.words << ' ';
  if (out.text().empty()) {
    (out << "SCSI status ").hex(status, 2);
  } else {
    (out << "(SCSI status ").hex(status, 2) << ')';
  }
  InlineText<64> text;
  (void)text.assign(out.text());  // both hold 64 bytes
  return text;
}

bool is_waited_for(const Sense& sense) {
  constexpr std::uint8_t kNotReadyNow = 4;  // ASC
  constexpr std::uint8_t kTaken[] = {0x03, 0x0b, 0x0c, 0x1b, 0x24};
  if (sense.key != kNotReady) return false;
  if (sense.asc != kNotReadyNow) return true;
  for (const std::uint8_t ascq : kTaken)
    if (sense.ascq == ascq) return false;
  return true;
}

bool has_no_medium(const Sense& sense) {
  constexpr std::uint8_t kMediumNotPresent = 0x3a;  // ASC
  return sense.key == kNotReady && sense.asc == kMediumNotPresent;
}

InlineText<48> to_text(const Sense& sense) {
  constexpr Text kKeys[] = {
      "no sense",       "recovered error", "not ready",      "medium error",
      "hardware error", "illegal request", "unit attention", "data protect",
      "blank check",    "vendor specific", "copy aborted",   "aborted command",
      "reserved",       "volume overflow", "miscompare",     "completed"};
  std::array<char, 48> buffer{};
  TextWriter out{buffer};
  out << kKeys[sense.key & 0x0f] << " (";
  out.hex(sense.key & 0x0f) << '/';
  out.hex(sense.asc, 2) << '/';
  out.hex(sense.ascq, 2) << ')';
  InlineText<48> text;
  (void)text.assign(out.text());  // both hold 48 bytes
  return text;
}

}  // namespace isboot::iscsi::scsi
