// Fields of one structure of a table that nobody vouches for. Private to core/ibft.
#pragma once

#include "core/ibft/finding.h"
#include "core/ibft/layout.h"

namespace isboot::ibft {

// Bytes of the table that a structure says are its own.
struct Region {
  Place place;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;   // as far as it lies in the table
  std::uint32_t known = 0;  // the part of it whose fields are known

  // Known fields only: firmware pads the lengths of structures.
  bool overlaps(std::uint32_t other_offset, std::uint32_t other_size) const {
    return offset < other_offset + other_size && other_offset < offset + known;
  }
};
// Header, control, one initiator, every NIC, target and extension.
using Regions = List<Region, 3 + 2 * kMaxPairs + kMaxExtensions>;

// Reads the fields of the structure at `region`. A field that does not lie in it whole
// reads as absent (zero): what was cut off was said once, when the region was found.
// Borrows everything. Offsets of fields count from the structure's first byte.
class Structure {
public:
  Structure(Bytes table, const Region& region, const Regions& regions, Findings& findings)
      : table_{table}, region_{region}, regions_{regions}, findings_{findings} {}

  std::uint8_t u8(std::uint16_t at) const;
  std::uint16_t le16(std::uint16_t at) const;
  IpAddress address(std::uint16_t at) const;  // ::ffff:0.0.0.0 reads as all zeros
  MacAddress mac(std::uint16_t at) const;
  Lun lun(std::uint16_t at) const;
  // The string that the descriptor at `at` leads to (iBFT 1.02 sections 2.4 and 2.5: le16
  // length without the NUL, le16 offset from the table's start). Empty when absent or
  // not to be had. `field` is static, for findings. A secret may be any bytes.
  enum class Content : std::uint8_t { Text, Secret };
  Text string(std::uint16_t at, const char* field, Content content = Content::Text) const;

  std::uint16_t offset() const { return static_cast<std::uint16_t>(region_.offset); }
  std::uint8_t index() const { return u8(layout::common::kIndex); }
  // The flags; those outside `known` become a finding.
  std::uint8_t flags(std::uint8_t known) const;

private:
  Bytes field(std::uint16_t at, std::uint16_t size) const;
  void add(FindingCode code, std::uint16_t at, const char* field) const {
    findings_.add(code, region_.place, region_.offset + at, field);
  }
  // What can be used of the string at `bytes`: up to its first NUL.
  Text clean(Bytes bytes, std::uint16_t at, const char* field, Content content) const;

  Bytes table_;
  const Region& region_;
  const Regions& regions_;
  Findings& findings_;
};

}  // namespace isboot::ibft
