// Memory for tables, which hold CHAP secrets.
#pragma once

#include <cstddef>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot::linux_platform {

// Zeroed pages of their own: locked into memory where the limits allow it, left out of
// core dumps, wiped when they go. Only the pages that are touched cost anything.
class SecretPages {
public:
  // An errno (platform/linux/system_error.h) when there is no memory.
  static Result<SecretPages> allocate(std::size_t capacity);

  SecretPages() = default;  // no memory
  SecretPages(SecretPages&& other) noexcept;
  SecretPages& operator=(SecretPages&& other) noexcept;
  ~SecretPages();

  // All of it; the first size() bytes are in use.
  MutableBytes memory() { return {start_, capacity_}; }
  Bytes bytes() const { return {start_, size_}; }
  // At most the capacity; what is behind it is wiped.
  void resize(std::size_t size);

private:
  std::uint8_t* start_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

// Reads the whole of `path` into new pages without a copy elsewhere. The errno of what
// failed; Errc::NoSpace when the file is longer than `limit`.
Result<SecretPages> read_secret_file(const char* path, std::size_t limit);

}  // namespace isboot::linux_platform
