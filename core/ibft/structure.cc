#include "core/ibft/structure.h"

#include <algorithm>

#include "core/base/reader.h"

namespace isboot::ibft {

// Empty when the structure ends before the field does.
Bytes Structure::field(std::uint16_t at, std::uint16_t size) const {
  if (at + size > region_.size) return {};
  return table_.subspan(region_.offset + at, size);
}

std::uint8_t Structure::u8(std::uint16_t at) const {
  const auto value = Reader{field(at, 1)}.u8();
  return value ? *value : std::uint8_t{0};
}

std::uint16_t Structure::le16(std::uint16_t at) const {
  const auto value = Reader{field(at, 2)}.le16();
  return value ? *value : std::uint16_t{0};
}

IpAddress Structure::address(std::uint16_t at) const {
  IpAddress address;
  const Bytes bytes = field(at, 16);
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address.is_absent() ? IpAddress{} : address;
}

MacAddress Structure::mac(std::uint16_t at) const {
  MacAddress mac;
  const Bytes bytes = field(at, 6);
  std::copy(bytes.begin(), bytes.end(), mac.bytes.begin());
  return mac;
}

Lun Structure::lun(std::uint16_t at) const {
  Lun lun;
  const Bytes bytes = field(at, 8);
  std::copy(bytes.begin(), bytes.end(), lun.bytes.begin());
  return lun;
}

std::uint8_t Structure::flags(std::uint8_t known) const {
  const std::uint8_t flags = u8(layout::common::kFlags);
  if ((flags & ~known) != 0) add(FindingCode::FlagsUnknown, layout::common::kFlags, "flags");
  return flags;
}

Text Structure::string(std::uint16_t at, const char* field, Content content) const {
  const std::uint32_t size = le16(at);
  const std::uint32_t start = le16(at + 2);
  if (size == 0) {
    if (start != 0) add(FindingCode::StringWithoutLength, at, field);
    return {};
  }
  if (start == 0) {
    add(FindingCode::StringWithoutOffset, at, field);
    return {};
  }
  if (start > table_.size() || size > table_.size() - start) {
    add(FindingCode::StringPastEnd, at, field);
    return {};
  }
  for (const Region& other : regions_) {
    if (!other.overlaps(start, size)) continue;
    add(FindingCode::StringOverlap, at, field);
    break;
  }
  if (start + size == table_.size() || table_[start + size] != 0)
    add(FindingCode::StringUnterminated, at, field);
  return clean(table_.subspan(start, size), at, field, content);
}

// Readers in the field stop at the first NUL (Linux's iscsi_ibft prints with "%.*s"), so
// a secret with a NUL inside was never more than what is before it.
Text Structure::clean(Bytes bytes, std::uint16_t at, const char* field, Content content) const {
  const Text whole = as_text(bytes);
  const Text text = part_of(whole, 0, position_of(whole, '\0'));
  if (text.size() != whole.size()) {
    bool only_nuls = true;
    for (const std::uint8_t byte : bytes.subspan(text.size())) only_nuls = only_nuls && byte == 0;
    add(only_nuls ? FindingCode::StringNulCounted : FindingCode::StringNulInside, at, field);
  }
  if (content == Content::Text && !is_utf8(text)) add(FindingCode::StringNotUtf8, at, field);
  return text;
}

}  // namespace isboot::ibft
