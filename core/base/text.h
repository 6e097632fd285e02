// Text without a heap: parsing numbers from it, building it in a bounded buffer.
#pragma once

#include <array>
#include <cstring>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot {

// Digits only, nothing before or after, no sign; base 10. Errc::BadValue otherwise,
// with the offset of the first byte that is wrong; above `maximum` as well.
Result<std::uint64_t> parse_decimal(Text text, std::uint64_t maximum);

// Like parse_decimal; also 0x… and 0X… (RFC 7143 section 6.1: decimal and hex constants).
Result<std::uint64_t> parse_number(Text text, std::uint64_t maximum);

// What std::string_view's own find() and substr() do, without the memchr and the
// exception that kernels do not have.
constexpr std::size_t position_of(Text text, char c) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == c) return i;
  return Text::npos;
}
// The text from `start` on, at most `count` bytes; empty past the end.
constexpr Text part_of(Text text, std::size_t start, std::size_t count = Text::npos) {
  if (start >= text.size()) return {};
  const std::size_t rest = text.size() - start;
  return {text.data() + start, count < rest ? count : rest};
}

// Without the blanks and line ends around it, which people and targets write.
constexpr Text without_blanks(Text text) {
  constexpr Text kBlanks = " \t\r\n";
  while (!text.empty() && position_of(kBlanks, text.front()) != Text::npos) text = part_of(text, 1);
  while (!text.empty() && position_of(kBlanks, text.back()) != Text::npos)
    text = part_of(text, 0, text.size() - 1);
  return text;
}

// What operator== does, which calls a function of the standard library.
inline bool same_text(Text a, Text b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

// The value of one hex digit, or -1.
int hex_digit(char c);

bool equal_ignoring_case(Text a, Text b);  // ASCII
bool starts_with_ignoring_case(Text text, Text prefix);
bool is_utf8(Text text);

// Appends to a buffer that the caller owns; what does not fit is cut off and
// remembered. Never writes a NUL.
class TextWriter {
public:
  explicit TextWriter(std::span<char> output) : output_{output} {}

  TextWriter& operator<<(Text text);
  TextWriter& operator<<(const char* text);  // up to its NUL; kernels have no strlen for Text{}
  TextWriter& operator<<(char c) { return *this << Text{&c, 1}; }
  TextWriter& decimal(std::uint64_t value);
  TextWriter& hex(std::uint64_t value, std::size_t min_digits = 1);  // lower case, no prefix

  Text text() const { return {output_.data(), length_}; }
  bool cut() const { return cut_; }

private:
  std::span<char> output_;
  std::size_t length_ = 0;
  bool cut_ = false;
};

// A copy of a text of at most `capacity` bytes, by value.
template <std::size_t capacity>
class InlineText {
public:
  constexpr InlineText() = default;

  // Errc::NoSpace when it does not fit; the old text then stays.
  Result<Done> assign(Text text) {
    if (text.size() > capacity) return Error{Errc::NoSpace, 0, "text is too long"};
    if (!text.empty()) std::memcpy(data_.data(), text.data(), text.size());
    size_ = text.size();
    return Done{};
  }
  Text view() const { return {data_.data(), size_}; }
  operator Text() const { return view(); }  // NOLINT(google-explicit-constructor)
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  friend bool operator==(const InlineText& a, const InlineText& b) { return a.view() == b.view(); }

private:
  std::array<char, capacity> data_{};
  std::size_t size_ = 0;
};

}  // namespace isboot
