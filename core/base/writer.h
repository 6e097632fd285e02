// Writes integers and slices into the caller's buffer. The first write that does
// not fit makes the writer fail for good; finish() tells. So a row of writes
// needs one check, at its end.
#pragma once

#include <cstring>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot {

// Borrows `output`.
class Writer {
public:
  explicit Writer(MutableBytes output) : output_{output} {}

  Writer& u8(std::uint8_t value) { return integer<1, false>(value); }
  Writer& le16(std::uint16_t value) { return integer<2, false>(value); }
  Writer& le32(std::uint32_t value) { return integer<4, false>(value); }
  Writer& le64(std::uint64_t value) { return integer<8, false>(value); }
  Writer& be16(std::uint16_t value) { return integer<2, true>(value); }
  Writer& be24(std::uint32_t value) { return integer<3, true>(value); }
  Writer& be32(std::uint32_t value) { return integer<4, true>(value); }
  Writer& be64(std::uint64_t value) { return integer<8, true>(value); }

  Writer& bytes(Bytes value) {
    if (!reserve(value.size())) return *this;
    if (!value.empty()) std::memcpy(&output_[offset_], value.data(), value.size());
    offset_ += value.size();
    return *this;
  }
  Writer& text(Text value) { return bytes(as_bytes(value)); }
  Writer& zeros(std::size_t count) {
    if (!reserve(count)) return *this;
    if (count != 0) std::memset(&output_[offset_], 0, count);
    offset_ += count;
    return *this;
  }
  // Zeros up to the next multiple of `alignment`.
  Writer& align(std::size_t alignment) {
    const std::size_t over = offset_ % alignment;
    return over == 0 ? *this : zeros(alignment - over);
  }

  std::size_t offset() const { return offset_; }
  bool full() const { return full_; }

  // All that was written, a view of the caller's buffer.
  Result<MutableBytes> finish() const {
    if (full_)
      return Error{Errc::NoSpace, static_cast<std::uint32_t>(offset_), "output buffer is full"};
    return output_.first(offset_);
  }

private:
  bool reserve(std::size_t count) {
    if (count > output_.size() - offset_) full_ = true;
    return !full_;
  }
  template <std::size_t size, bool big_endian>
  Writer& integer(std::uint64_t value) {
    if (!reserve(size)) return *this;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t shift = 8 * (big_endian ? size - 1 - i : i);
      output_[offset_ + i] = static_cast<std::uint8_t>(value >> shift);
    }
    offset_ += size;
    return *this;
  }

  MutableBytes output_;
  std::size_t offset_ = 0;
  bool full_ = false;
};

}  // namespace isboot
