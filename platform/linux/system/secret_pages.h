// Memory for what holds CHAP secrets: tables, credentials, the keeper's records.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot::linux_platform {

// Zeroed pages of their own between two that nobody may touch: locked into memory where the
// limits allow it, left out of core dumps, wiped when they go. Only the pages that are touched
// cost anything.
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
  // A child process finds zeros here (Linux 4.14; without it nothing changes).
  void keep_from_children();

private:
  std::uint8_t* start_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

// One T in secret pages that no child process sees.
template <typename T>
class InSecretPages {
public:
  // As SecretPages::allocate().
  static Result<InSecretPages> make() {
    InSecretPages made;
    made.pages_ = ISBOOT_TRY(SecretPages::allocate(sizeof(T)));
    made.pages_.keep_from_children();
    made.pages_.resize(sizeof(T));
    made.object_ = std::construct_at(reinterpret_cast<T*>(made.pages_.memory().data()));
    return made;
  }
  InSecretPages(InSecretPages&& other) noexcept
      : pages_{std::move(other.pages_)}, object_{std::exchange(other.object_, nullptr)} {}
  InSecretPages& operator=(InSecretPages&&) = delete;
  ~InSecretPages() {
    if (object_ != nullptr) std::destroy_at(object_);
  }

  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }

private:
  InSecretPages() = default;

  SecretPages pages_;
  T* object_ = nullptr;
};

// Reads the whole of `path` into new pages without a copy elsewhere. The errno of what
// failed; Errc::NoSpace when the file is longer than `limit`.
Result<SecretPages> read_secret_file(const char* path, std::size_t limit);

}  // namespace isboot::linux_platform
