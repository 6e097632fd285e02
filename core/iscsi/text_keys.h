// The text of login and text PDUs: key=value pairs, each ended by one NUL
// (RFC 7143 section 6.1).
#pragma once

#include <optional>

#include "core/base/text.h"
#include "core/base/writer.h"
#include "core/iscsi/limits.h"

namespace isboot::iscsi {

// Values are below 101: those of PduErrc are in the same domain.
enum class TextErrc : std::uint16_t {
  NoEquals = 1,  // a pair without '='
  BadKeyName,    // not a label of at most 63 characters
  ValueTooLong,  // more than kMaxValue
  TooManyKeys,   // more than the reader's bound
  RepeatedKey,   // twice, with values that exclude each other
  BadNumber,     // not a number
  BadChoice,     // not one of what was offered
  WrongStage,    // the key has no place in this stage
  WrongSender,   // a key that only initiators send, with another value than ours
  BadBinary,     // neither 0x… nor 0b…, or with a digit that is none
  TextTooLong,   // more than kMaxText
};

// Both views borrow from the text.
struct TextKey {
  Text name;
  Text value;
  std::uint32_t offset = 0;  // of the name in the text
  bool blanks = false;       // there were some around the name; they are no part of it
};

// Walks the pairs of `text`, which it borrows. A text of no pairs is fine, and so
// are further NULs between pairs: some targets pad their text with them.
class TextKeyReader {
public:
  explicit TextKeyReader(Bytes text, unsigned max_keys = kMaxKeys)
      : text_{as_text(text)}, max_keys_{max_keys} {}

  // The next pair, or none at the end. After NoEquals, BadKeyName and ValueTooLong the next call
  // goes on behind that pair; after TooManyKeys the reader is of no use.
  Result<std::optional<TextKey>> next();
  // Whether the pair that was given last had no NUL behind it.
  bool unterminated() const { return unterminated_; }
  // The pair that was read last, also when its name was refused for what it is.
  const TextKey& last() const { return last_; }

private:
  Text text_;
  std::size_t offset_ = 0;
  unsigned max_keys_;
  unsigned keys_ = 0;
  bool unterminated_ = false;
  TextKey last_;
};

// Appends pairs to the caller's buffer; finish() says whether all of them fit.
class TextKeyWriter {
public:
  explicit TextKeyWriter(MutableBytes out) : out_{out} {}

  TextKeyWriter& add(Text name, Text value);
  TextKeyWriter& add(Text name, std::uint64_t value);
  // The value in hex: 0x…
  TextKeyWriter& add_binary(Text name, Bytes value);

  bool empty() const { return out_.offset() == 0; }
  std::size_t size() const { return out_.offset(); }
  Result<MutableBytes> finish() const { return out_.finish(); }

private:
  Writer out_;
};

}  // namespace isboot::iscsi

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<iscsi::TextErrc> = 4;
}  // namespace isboot
