// Reads integers and slices from bytes that nobody vouches for. Every read is
// checked; one that fails moves nothing and says at which offset the input ended.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot {

// Borrows `input`. Offsets count from its first byte.
class Reader {
public:
  explicit Reader(Bytes input, std::size_t offset = 0) : input_{input}, offset_{offset} {}

  Result<std::uint8_t> u8() { return integer<std::uint8_t, 1, false>(); }
  Result<std::uint16_t> le16() { return integer<std::uint16_t, 2, false>(); }
  Result<std::uint32_t> le32() { return integer<std::uint32_t, 4, false>(); }
  Result<std::uint64_t> le64() { return integer<std::uint64_t, 8, false>(); }
  Result<std::uint16_t> be16() { return integer<std::uint16_t, 2, true>(); }
  Result<std::uint32_t> be24() { return integer<std::uint32_t, 3, true>(); }
  Result<std::uint32_t> be32() { return integer<std::uint32_t, 4, true>(); }
  Result<std::uint64_t> be64() { return integer<std::uint64_t, 8, true>(); }

  // A view of the next `count` bytes of the input.
  Result<Bytes> bytes(std::size_t count) {
    if (count > remaining()) return truncated();
    const Bytes slice = input_.subspan(offset_, count);
    offset_ += count;
    return slice;
  }
  Result<Done> skip(std::size_t count) {
    if (count > remaining()) return truncated();
    offset_ += count;
    return Done{};
  }

  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return offset_ < input_.size() ? input_.size() - offset_ : 0; }

private:
  template <class T, std::size_t size, bool big_endian>
  Result<T> integer() {
    if (size > remaining()) return truncated();
    T value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t shift = 8 * (big_endian ? size - 1 - i : i);
      value = static_cast<T>(value | static_cast<T>(static_cast<T>(input_[offset_ + i]) << shift));
    }
    offset_ += size;
    return value;
  }
  Error truncated() const {
    return Error{Errc::Truncated, static_cast<std::uint32_t>(offset_), "input ends early"};
  }

  Bytes input_;
  std::size_t offset_;
};

}  // namespace isboot
