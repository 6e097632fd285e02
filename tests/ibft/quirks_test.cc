// Every way in which the form of a table can be odd: a good table from the encoder, one
// patch that says what is broken, the finding, and what is still read.
#include <gtest/gtest.h>

#include "core/ibft/decode.h"
#include "core/ibft/layout.h"
#include "tests/ibft/table_bytes.h"
#include "tests/ibft/table_model.h"

namespace isboot::ibft::test {
namespace {

using Code = FindingCode;

// Of the encoder's iPXE layout with two pairs.
constexpr std::size_t kNic1 = 272;
constexpr std::size_t kTarget1 = 448;
constexpr std::size_t kSlot = 10;  // of NIC 0, in the control structure
constexpr std::size_t kLength = 2;

TableBytes good_table() { return encoded(full_table(2), Layout::Ipxe); }

struct Quirk {
  const char* name;
  void (*patch)(TableBytes& bytes);
  Code code;
  const char* found;                 // "id@structure offset (field)"
  bool (*kept)(const Table& table);  // what is still read, or no longer
};

void expect_quirk(const Quirk& quirk) {
  SCOPED_TRACE(quirk.name);
  TableBytes bytes = good_table();
  quirk.patch(bytes);
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_TRUE(decoded.result);
  EXPECT_EQ(decoded.find(quirk.code), quirk.found) << "found:\n" << decoded.all();
  EXPECT_TRUE(quirk.kept(decoded.table));
}

bool whole(const Table& table) {
  return table.initiator && table.nics.count == 2 && table.targets.count == 2;
}
bool one_nic(const Table& table) { return table.nics.count == 1 && table.targets.count == 2; }
bool without_name(const Table& table) { return whole(table) && table.targets[0].name.empty(); }

constexpr Quirk kOffsetQuirks[] = {
    {"an offset behind the end", [](TableBytes& t) { put16(t, kControl + kSlot, 0xfff0); },
     Code::OffsetPastEnd, "offset-past-end@control 58 (nic0 offset)", one_nic},
    {"a structure whose own header does not fit",
     [](TableBytes& t) { put16(t, kControl + kSlot, static_cast<unsigned>(t.size() - 5)); },
     Code::OffsetPastEnd, "offset-past-end@control 58 (nic0 offset)", one_nic},
    {"an offset into the header", [](TableBytes& t) { put16(t, kControl + kSlot, 16); },
     Code::OffsetInHeader, "offset-in-header@control 58 (nic0 offset)", one_nic},
    {"an offset at the control structure itself",
     [](TableBytes& t) { put16(t, kControl + kSlot, kControl); }, Code::OffsetInHeader,
     "offset-in-header@control 58 (nic0 offset)", one_nic},
    {"two offsets at one structure", [](TableBytes& t) { put16(t, kControl + kSlot + 4, kNic); },
     Code::OffsetTwice, "offset-twice@control 62 (nic1 offset)", one_nic},
    {"offsets of NIC and target exchanged",
     [](TableBytes& t) {
       put16(t, kControl + kSlot, kTarget);
       put16(t, kControl + kSlot + 2, kNic);
     },
     Code::StructureUnexpected, "structure-unexpected@control 58 (nic0 offset)", whole},
    {"a structure on an odd offset",
     [](TableBytes& t) {
       const std::size_t at = t.size() + (t.size() % 2 == 0 ? 1 : 0);
       put(t, at, TableBytes(t.begin() + kNic1, t.begin() + kNic1 + 102));
       put16(t, kControl + kSlot + 4, static_cast<unsigned>(at));
     },
     Code::OffsetUnaligned, "offset-unaligned@control 62 (nic1 offset)", whole},
    {"half an offset at the end of the control structure",
     [](TableBytes& t) { put16(t, kControl + kLength, 19); }, Code::OffsetHalf,
     "offset-half@control 66 (length)", whole},
    {"a structure that nobody knows", [](TableBytes& t) { t[kNic1] = 9; }, Code::StructureUnknown,
     "structure-unknown@control 62 (nic1 offset)", one_nic},
    {"a second initiator", [](TableBytes& t) { t[kNic1] = 2; }, Code::StructureExtra,
     "structure-extra@control 62 (nic1 offset)", one_nic},
};

TEST(IbftQuirks, OfOffsets) {
  for (const Quirk& quirk : kOffsetQuirks) expect_quirk(quirk);
}

constexpr Quirk kStructureQuirks[] = {
    {"a later version", [](TableBytes& t) { t[kNic + 1] = 2; }, Code::StructureVersion,
     "structure-version@nic0 161 (version)", whole},
    {"a length of zero", [](TableBytes& t) { put16(t, kNic1 + kLength, 0); }, Code::StructureEmpty,
     "structure-empty@nic1 274 (length)", one_nic},
    {"shorter than its fields: the host name is cut off",
     [](TableBytes& t) { put16(t, kNic + kLength, 98); }, Code::StructureShort,
     "structure-short@nic0 162 (length)",
     [](const Table& table) {
       return whole(table) && table.nics[0].host_name.empty() && table.nics[0].pci.value != 0;
     }},
    {"shorter than its fields: an address is cut in two",
     [](TableBytes& t) { put16(t, kNic + kLength, 30); }, Code::StructureShort,
     "structure-short@nic0 162 (length)",
     [](const Table& table) {
       return table.nics[0].prefix == 24 && table.nics[0].gateway.is_absent();
     }},
    {"longer than its fields", [](TableBytes& t) { put16(t, kTarget + kLength, 60); },
     Code::StructureLong, "structure-long@target0 386 (length)", whole},
    {"a length that runs past the end", [](TableBytes& t) { put16(t, kTarget1 + kLength, 0xffff); },
     Code::StructurePastEnd, "structure-past-end@target1 450 (length)", whole},
    {"a control structure without the second pair",
     [](TableBytes& t) { put16(t, kControl + kLength, 14); }, Code::StructureShort,
     "structure-short@control 50 (length)",
     [](const Table& table) { return table.nics.count == 1 && table.targets.count == 1; }},
    {"two structures that share bytes",
     [](TableBytes& t) {
       const TableBytes nic(t.begin() + kNic1, t.begin() + kNic1 + 102);
       put(t, kNic + 96, nic);
       put16(t, kControl + kSlot + 4, kNic + 96);
     },
     Code::StructureOverlap, "structure-overlap@nic1 256 (offset)", whole},
    {"flags that nobody knows", [](TableBytes& t) { t[kNic + 5] |= 0x80; }, Code::FlagsUnknown,
     "flags-unknown@nic0 165 (flags)", whole},
    {"two NICs with one index", [](TableBytes& t) { t[kNic1 + 4] = 0; }, Code::IndexRepeated,
     "index-repeated@nic1 276 (index)", whole},
    {"two targets with one index", [](TableBytes& t) { t[kTarget1 + 4] = 0; }, Code::IndexRepeated,
     "index-repeated@target1 452 (index)", whole},
};

TEST(IbftQuirks, OfStructures) {
  for (const Quirk& quirk : kStructureQuirks) expect_quirk(quirk);
}

// The descriptor of target 0's name.
constexpr std::size_t kNameAt = kTarget + 34;

std::size_t name_start(const TableBytes& t) {
  return static_cast<std::size_t>(t[kNameAt + 2] | t[kNameAt + 3] << 8);
}
std::size_t name_size(const TableBytes& t) {
  return static_cast<std::size_t>(t[kNameAt] | t[kNameAt + 1] << 8);
}

constexpr Quirk kStringQuirks[] = {
    {"a start behind the end", [](TableBytes& t) { put16(t, kNameAt + 2, 0xffff); },
     Code::StringPastEnd, "string-past-end@target0 418 (name)", without_name},
    {"an end behind the end", [](TableBytes& t) { put16(t, kNameAt, 0xffff); }, Code::StringPastEnd,
     "string-past-end@target0 418 (name)", without_name},
    {"a length without an offset", [](TableBytes& t) { put16(t, kNameAt + 2, 0); },
     Code::StringWithoutOffset, "string-without-offset@target0 418 (name)", without_name},
    {"an offset without a length", [](TableBytes& t) { put16(t, kNameAt, 0); },
     Code::StringWithoutLength, "string-without-length@target0 418 (name)", without_name},
    {"no NUL behind", [](TableBytes& t) { t[name_start(t) + name_size(t)] = 'x'; },
     Code::StringUnterminated, "string-unterminated@target0 418 (name)",
     [](const Table& table) { return table.targets[0].name == full_table(1).targets[0].name; }},
    {"the NUL counted",
     [](TableBytes& t) { put16(t, kNameAt, static_cast<unsigned>(name_size(t) + 1)); },
     Code::StringNulCounted, "string-nul-counted@target0 418 (name)",
     [](const Table& table) { return table.targets[0].name == full_table(1).targets[0].name; }},
    {"a NUL inside", [](TableBytes& t) { t[name_start(t) + 3] = 0; }, Code::StringNulInside,
     "string-nul-inside@target0 418 (name)",
     [](const Table& table) { return table.targets[0].name == "iqn"; }},
    {"bytes that are no UTF-8", [](TableBytes& t) { t[name_start(t) + 5] = 0xff; },
     Code::StringNotUtf8, "string-not-utf8@target0 418 (name)",
     [](const Table& table) { return table.targets[0].name[5] == '\xff'; }},
    {"a string in a structure", [](TableBytes& t) { put16(t, kNameAt + 2, kNic); },
     Code::StringOverlap, "string-overlap@target0 418 (name)", whole},
    {"a string in its own descriptor", [](TableBytes& t) { put16(t, kNameAt + 2, kNameAt); },
     Code::StringOverlap, "string-overlap@target0 418 (name)", whole},
};

TEST(IbftQuirks, OfStrings) {
  for (const Quirk& quirk : kStringQuirks) expect_quirk(quirk);
}

TEST(IbftQuirks, StructuresThatPointAtEachOther) {
  TableBytes bytes = good_table();
  // The NIC's host name is the target, the target's name the NIC.
  put16(bytes, kNic + layout::nic::kHostName, 54);
  put16(bytes, kNic + layout::nic::kHostName + 2, kTarget);
  put16(bytes, kNameAt + 2, kNic);
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_TRUE(decoded.result);
  EXPECT_EQ(decoded.find(Code::StringOverlap), "string-overlap@nic0 258 (host name)");
  EXPECT_TRUE(whole(decoded.table));
}

TEST(IbftQuirks, OfSecretsThatAreAnyBytes) {
  Table table = full_table(1);
  table.targets.items[0].chap_secret = "\xff\xfe secret bytes \x80";
  const Decoded decoded{encoded(table, Layout::Ipxe)};
  EXPECT_EQ(decoded.all(), "");
  EXPECT_EQ(decoded.table.targets[0].chap_secret, table.targets[0].chap_secret);
}

TEST(IbftQuirks, StringAtTheVeryEndOfTheTable) {
  TableBytes bytes = good_table();
  // iPXE's last string ends the table with its NUL: without it the table is still whole.
  bytes.pop_back();
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_TRUE(decoded.result);
  EXPECT_EQ(decoded.find(Code::StringUnterminated), "string-unterminated@target1 482 (name)");
  EXPECT_EQ(decoded.table.targets[1].name, full_table(2).targets[1].name);
}

TEST(IbftQuirks, StructureAtTheVeryEndOfTheTable) {
  TableBytes bytes = good_table();
  bytes.resize((bytes.size() + 7) / 8 * 8);
  const std::size_t at = bytes.size();
  put(bytes, at, TableBytes(bytes.begin() + kTarget1, bytes.begin() + kTarget1 + 54));
  put16(bytes, kControl + kSlot + 6, static_cast<unsigned>(at));
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_EQ(decoded.all(), "");
  EXPECT_EQ(decoded.table.targets[1].offset, at);
  EXPECT_EQ(decoded.table.targets[1].name, full_table(2).targets[1].name);
}

TEST(IbftQuirks, MorePairsThanTwo) {
  const Table table = full_table(3);
  const Decoded decoded{encoded(table, Layout::Edk2)};
  EXPECT_EQ(decoded.bytes[kControl + kLength], 22);  // as real machines have it
  EXPECT_EQ(decoded.all(), "");
  expect_same(decoded.table, table);
}

TEST(IbftQuirks, MorePairsThanAreKept) {
  TableBytes bytes = encoded(full_table(kMaxPairs), Layout::Ipxe);
  // One pair more: copies of the last one behind the end.
  const std::size_t slots = kControl + layout::control::kFirstPair + 4 * (kMaxPairs - 1);
  const auto nic = static_cast<std::size_t>(bytes[slots] | bytes[slots + 1] << 8);
  bytes.resize((bytes.size() + 7) / 8 * 8);
  const std::size_t at = bytes.size();
  put(bytes, at,
      TableBytes(bytes.begin() + static_cast<long>(nic),
                 bytes.begin() + static_cast<long>(nic) + 102));
  // The slot is where the control structure's padding begins.
  const unsigned control_size = bytes[kControl + kLength];
  put16(bytes, kControl + control_size, static_cast<unsigned>(at));
  put16(bytes, kControl + kLength, control_size + 2);
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_TRUE(decoded.result);
  EXPECT_EQ(decoded.table.nics.count, kMaxPairs);
  EXPECT_EQ(decoded.find(Code::StructureTooMany), "structure-too-many@control 90 (further offset)");
}

TEST(IbftQuirks, LengthPaddedAsEdk2Does) {
  const Decoded decoded{encoded(full_table(1), Layout::Edk2)};
  EXPECT_EQ(decoded.table.length, 0x800U);
  EXPECT_EQ(decoded.all(), "");
}

TEST(IbftQuirks, LengthBeyondTheReachOfOffsets) {
  TableBytes bytes = good_table();
  bytes.resize(0x10001);
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_TRUE(decoded.result);
  EXPECT_EQ(decoded.all(), "length-unreachable@header 4 (length)\n");
}

TEST(IbftQuirks, OriginsFifteenAndSixteenAreBothUnchanged) {
  for (const unsigned origin : {15U, 16U}) {
    TableBytes bytes = good_table();
    bytes[kNic + layout::nic::kOrigin] = static_cast<std::uint8_t>(origin);
    seal(bytes);
    const Decoded decoded{bytes};
    EXPECT_EQ(decoded.table.nics[0].origin, Origin::Unchanged);
    EXPECT_EQ(decoded.all(), "");
  }
}

TEST(IbftQuirks, PciFunctionHasThreeBits) {
  TableBytes bytes = good_table();
  put16(bytes, kNic + layout::nic::kPci, 0x1fff);
  seal(bytes);
  const PciAddress pci = Decoded{bytes}.table.nics[0].pci;
  EXPECT_EQ(pci.bus(), 0x1f);
  EXPECT_EQ(pci.device(), 0x1f);
  EXPECT_EQ(pci.function(), 7);
}

TEST(IbftQuirks, LunIsEightScsiBytes) {
  struct Row {
    const char* name;
    Lun lun;
    std::optional<std::uint16_t> number;
  };
  constexpr Row kRows[] = {
      {"peripheral", {{0, 1, 0, 0, 0, 0, 0, 0}}, 1},
      {"flat", {{0x40, 1, 0, 0, 0, 0, 0, 0}}, 1},
      {"flat, two bytes", {{0x7f, 0xff, 0, 0, 0, 0, 0, 0}}, 16383},
      {"extended", {{0xd2, 0, 0, 1, 0, 0, 0, 0}}, std::nullopt},
      {"two levels", {{0, 1, 0, 2, 0, 0, 0, 0}}, std::nullopt},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    Table table = full_table(1);
    table.targets.items[0].lun = row.lun;
    const Decoded decoded{encoded(table, Layout::Ipxe)};
    EXPECT_EQ(decoded.table.targets[0].lun, row.lun);
    EXPECT_EQ(decoded.table.targets[0].lun.number(), row.number);
    EXPECT_EQ(decoded.find(Code::LunFormat), row.number ? "" : "lun-format@target0 408 (lun)");
  }
}

TEST(IbftQuirks, BothWaysOfSayingThatAnAddressIsAbsent) {
  for (const IpAddress& none : {IpAddress{}, IpAddress::v4(0, 0, 0, 0)}) {
    TableBytes bytes = good_table();
    put(bytes, kNic + layout::nic::kGateway, {none.bytes.begin(), none.bytes.end()});
    seal(bytes);
    EXPECT_EQ(Decoded{bytes}.table.nics[0].gateway, IpAddress{});
  }
}

// Nothing here can be booted from; what can be read is read.
struct Ruin {
  const char* name;
  void (*patch)(TableBytes& bytes);
  Code code;
  std::uint32_t offset;
  bool structures;  // still read
};
constexpr Ruin kRuins[] = {
    {"signature", [](TableBytes& t) { t[0] = 'x'; }, Code::BadSignature, 0, false},
    {"checksum", [](TableBytes& t) { ++t[9]; }, Code::BadChecksum, 9, true},
    {"length beyond the bytes", [](TableBytes& t) { put16(t, 6, 1); }, Code::LengthPastInput, 4,
     true},
    {"length of the header alone", [](TableBytes& t) { put16(t, 4, 48); }, Code::LengthTooShort, 4,
     false},
    {"control structure with another id",
     [](TableBytes& t) {
       t[kControl] = 2;
       seal(t);
     },
     Code::ControlMissing, kControl, false},
    {"control structure without a length",
     [](TableBytes& t) {
       put16(t, kControl + kLength, 0);
       seal(t);
     },
     Code::ControlMissing, kControl, false},
    {"no more than 47 bytes", [](TableBytes& t) { t.resize(47); }, Code::InputTooShort, 47, false},
    {"nothing at all", [](TableBytes& t) { t.clear(); }, Code::InputTooShort, 0, false},
};

TEST(IbftQuirks, ThatNothingCanBeBootedFrom) {
  for (const Ruin& ruin : kRuins) {
    SCOPED_TRACE(ruin.name);
    TableBytes bytes = good_table();
    ruin.patch(bytes);
    const Decoded decoded{bytes};
    ASSERT_FALSE(decoded.result);
    EXPECT_EQ(decoded.result.error().code, isboot::Code{ruin.code});
    EXPECT_EQ(decoded.result.error().offset, ruin.offset);
    EXPECT_TRUE(decoded.findings.has_errors());
    EXPECT_EQ(whole(decoded.table), ruin.structures);
  }
}

TEST(IbftQuirks, OtherRevisionIsReadAllTheSame) {
  TableBytes bytes = good_table();
  bytes[8] = 2;
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_TRUE(decoded.result);
  EXPECT_EQ(decoded.all(), "revision@header 8 (revision)\n");
}

TEST(IbftQuirks, FindingsBeyondTheListAreCounted) {
  TableBytes bytes = good_table();
  // A control structure over the whole table: every two bytes of it are an offset.
  put16(bytes, kControl + kLength, static_cast<unsigned>(bytes.size() - kControl));
  seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_TRUE(decoded.findings.full());
  EXPECT_GT(decoded.findings.dropped, 0U);
  EXPECT_TRUE(decoded.findings.has_errors());
}

}  // namespace
}  // namespace isboot::ibft::test
