// Tables to break: the bytes of one that firmware wrote, and patches.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/ibft/decode.h"
#include "testing/fixture.h"

namespace isboot::ibft::test {

using TableBytes = std::vector<std::uint8_t>;

inline TableBytes real_table() {
  return isboot::testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-uefi-virtio-nochap.bin");
}
// Where its structures and strings are.
inline constexpr std::size_t kControl = 48;
inline constexpr std::size_t kInitiator = 80;
inline constexpr std::size_t kNic = 160;
inline constexpr std::size_t kTarget = 384;
inline constexpr std::size_t kInitiatorName = 0x200;
inline constexpr std::size_t kTargetName = 0x228;

inline void put(TableBytes& table, std::size_t at, std::vector<std::uint8_t> bytes) {
  if (table.size() < at + bytes.size()) table.resize(at + bytes.size());
  std::copy(bytes.begin(), bytes.end(), table.begin() + static_cast<std::ptrdiff_t>(at));
}
inline void put16(TableBytes& table, std::size_t at, unsigned value) {
  put(table, at, {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)});
}
// Makes length and checksum right again.
inline void seal(TableBytes& table) {
  put16(table, 4, static_cast<unsigned>(table.size()));
  put16(table, 6, static_cast<unsigned>(table.size() >> 16));
  std::uint8_t sum = 0;
  table[9] = 0;
  for (const std::uint8_t byte : table) sum = static_cast<std::uint8_t>(sum + byte);
  table[9] = static_cast<std::uint8_t>(-sum);
}

struct Decoded {
  explicit Decoded(TableBytes input)
      : bytes{std::move(input)}, result{decode(bytes, table, findings)} {}
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;

  // "offset-twice@nic1 60 (nic1 offset)"; "" when there is no such finding.
  std::string find(FindingCode code) const {
    for (const Finding& finding : findings)
      if (finding.code == code)
        return std::string{rule_of(code).id} + "@" + std::string{to_text(finding.place()).view()} +
               " " + std::to_string(finding.offset) + " (" + finding.field + ")";
    return "";
  }
  std::string all() const {
    std::string text;
    for (const Finding& finding : findings) text += find(finding.code) + "\n";
    return text;
  }

  TableBytes bytes;  // table's texts borrow from it
  Table table;
  Findings findings;
  Result<Done> result;
};

}  // namespace isboot::ibft::test
