// What the value of an operational key means, and what two values come to. What may be said and
// when is negotiation.h's.
#pragma once

#include <optional>

#include "core/iscsi/key_table.h"
#include "core/iscsi/text_keys.h"
#include "core/iscsi/tolerance.h"

namespace isboot::iscsi {

// What a value means for us, and which rule it breaks on the way, if any.
struct KeyValue {
  std::uint32_t number = 0;
  std::optional<Tolerance> breaks{};
};

// A value of a key of this type and range; of what is none, what hurts neither side. `offered`: the
// largest number of a digest that we offer. Refused (TextErrc) is what nothing safe can be made of.
Result<KeyValue> read_value(const KeyRule& row, const TextKey& pair, std::uint32_t offered);

// Digests and lists are chosen, not computed.
bool is_computed(KeyType type);

// Section 6.2.2: the result is computed from both sides' values.
std::uint32_t combine(KeyType type, std::uint32_t ours, std::uint32_t theirs);

// "Yes", "CRC32C".
Text word_of(KeyType type, std::uint32_t value);

// The next item of a list of values, which is then removed from `list`.
Text take_item(Text& list);

}  // namespace isboot::iscsi
