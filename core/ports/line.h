#pragma once

#include <array>

#include "core/base/text.h"
#include "core/ports/log.h"

namespace isboot {

// A line for a log, on the stack. What does not fit is cut off.
class Line {
public:
  Line& operator<<(Text text) { return out_ << text, *this; }
  Line& operator<<(const char* text) { return out_ << text, *this; }
  Line& operator<<(char c) { return out_ << c, *this; }
  Line& decimal(std::uint64_t value) { return out_.decimal(value), *this; }
  // "the connection failed (Connection refused)"
  Line& add(const Error& error, Log& log) {
    out_ << error.text;
    const Text words = log.words(error.code);
    if (!words.empty()) out_ << " (" << words << ')';
    return *this;
  }

  TextWriter& out() { return out_; }
  Text text() const { return out_.text(); }
  // With a NUL behind it, for C.
  const char* c_str() const { return buffer_.data(); }

private:
  std::array<char, 512> buffer_{};
  TextWriter out_{std::span{buffer_}.first(buffer_.size() - 1)};
};

}  // namespace isboot
