#include "core/iscsi/key_value.h"

namespace isboot::iscsi {
namespace {

// One of two words, or the value that hurts neither side where it is none of them: ask before
// sending, send nothing unasked.
KeyValue read_boolean(KeyType type, Text value) {
  for (const std::uint32_t number : {0U, 1U}) {
    if (value == word_of(type, number)) return {number};
    if (equal_ignoring_case(value, word_of(type, number))) return {number, Tolerance::OtherCase};
    if (equal_ignoring_case(without_blanks(value), word_of(type, number)))
      return {number, Tolerance::Blanks};
  }
  return {type == KeyType::Or ? 1U : 0U, Tolerance::NotYesOrNo};
}

// Both sides must reckon with the same digest: of a list the first that we offer, as
// section 6.2.1 says of an offer; anything else that we do not offer is refused.
Result<KeyValue> read_digest(const TextKey& pair, std::uint32_t offered) {
  const bool list = position_of(pair.value, ',') != Text::npos;
  for (Text rest = pair.value; !rest.empty();) {
    const Text item = take_item(rest);
    const Text word = without_blanks(item);
    for (std::uint32_t number = 0; number <= offered; ++number) {
      if (!equal_ignoring_case(word, word_of(KeyType::Digest, number))) continue;
      if (list) return KeyValue{number, Tolerance::ListAnswered};
      if (word.size() != item.size()) return KeyValue{number, Tolerance::Blanks};
      if (item != word_of(KeyType::Digest, number)) return KeyValue{number, Tolerance::OtherCase};
      return KeyValue{number};
    }
  }
  return Error{TextErrc::BadChoice, pair.offset, "digest that was not offered"};
}

bool is_number(Text text) {
  const bool hex = starts_with_ignoring_case(text, "0x");
  const Text digits = part_of(text, hex ? 2 : 0);
  for (const char c : digits)
    if (hex_digit(c) < 0 || (!hex && (c < '0' || c > '9'))) return false;
  return !digits.empty();
}

// The nearest number of the key's range.
KeyValue read_plain_number(const KeyRule& row, Text text) {
  const auto number = parse_number(text, row.maximum);
  if (!number) return {row.maximum, Tolerance::OutOfRange};
  if (*number < row.minimum) return {row.minimum, Tolerance::OutOfRange};
  return {static_cast<std::uint32_t>(*number)};
}

// Of several numbers what hurts neither side. What is none is refused where somebody sends by it.
Result<KeyValue> read_number(const KeyRule& row, const TextKey& pair) {
  if (is_number(pair.value)) return read_plain_number(row, pair.value);
  KeyValue read{row.initial, Tolerance::NotPlain};
  bool any = false;
  Text rest = pair.value;
  do {
    const Text item = without_blanks(take_item(rest));
    if (!is_number(item)) {
      if (row.outside == Outside::Harmless) return KeyValue{row.initial, Tolerance::NotPlain};
      return Error{TextErrc::BadNumber, pair.offset, "value that is no number"};
    }
    const std::uint32_t number = read_plain_number(row, item).number;
    read.number = any ? combine(row.type, read.number, number) : number;
    any = true;
  } while (!rest.empty());
  return read;
}

}  // namespace

Text take_item(Text& list) {
  const std::size_t comma = position_of(list, ',');
  const Text item = part_of(list, 0, comma);
  list = comma == Text::npos ? Text{} : part_of(list, comma + 1);
  return item;
}

Text word_of(KeyType type, std::uint32_t value) {
  if (type == KeyType::Digest) return value != 0 ? Text{"CRC32C"} : Text{"None"};
  return value != 0 ? Text{"Yes"} : Text{"No"};
}

bool is_computed(KeyType type) {
  return type == KeyType::Minimum || type == KeyType::Maximum || type == KeyType::And ||
         type == KeyType::Or;
}

std::uint32_t combine(KeyType type, std::uint32_t ours, std::uint32_t theirs) {
  const bool ours_is_less = ours < theirs;
  switch (type) {
    case KeyType::Maximum:
    case KeyType::Or:
      return ours_is_less ? theirs : ours;
    default:
      return ours_is_less ? ours : theirs;
  }
}

Result<KeyValue> read_value(const KeyRule& row, const TextKey& pair, std::uint32_t offered) {
  switch (row.type) {
    case KeyType::And:
    case KeyType::Or:
      return read_boolean(row.type, pair.value);
    case KeyType::Digest:
      return read_digest(pair, offered);
    case KeyType::Minimum:
    case KeyType::Maximum:
    case KeyType::Number:
      return read_number(row, pair);
    case KeyType::FirstOf:
    case KeyType::Text:
    case KeyType::Obsolete:
      break;
  }
  return KeyValue{};
}

}  // namespace isboot::iscsi
