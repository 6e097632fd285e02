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
  // What a child process has of it: a copy, or the same memory.
  enum class Children : std::uint8_t { Copy, Share };

  // An errno (platform/linux/system_error.h) when there is no memory.
  static Result<SecretPages> allocate(std::size_t capacity, Children children = Children::Copy);

  SecretPages() = default;  // no memory
  SecretPages(SecretPages&& other) noexcept;
  SecretPages& operator=(SecretPages&& other) noexcept;
  ~SecretPages();

  // All of it; the first size() bytes are in use.
  MutableBytes memory() { return {start_, capacity_}; }
  Bytes bytes() const { return {start_, size_}; }
  // With the room up to the end of the last page: for munmap(2).
  std::span<std::uint8_t> pages();
  // At most the capacity; what is behind it is wiped.
  void resize(std::size_t size);
  // A child process finds zeros here (Linux 4.14; without it nothing changes).
  void keep_from_children();

private:
  std::uint8_t* start_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

// One T in secret pages.
template <typename T>
class InSecretPages {
public:
  // As SecretPages::allocate(). No child process sees it.
  static Result<InSecretPages> make() {
    SecretPages pages = ISBOOT_TRY(SecretPages::allocate(sizeof(T)));
    pages.keep_from_children();
    return InSecretPages{std::move(pages)};
  }
  // Every child process has it too, and the last that ends need not be this one.
  static Result<InSecretPages> make_shared() {
    return InSecretPages{
        ISBOOT_TRY(SecretPages::allocate(sizeof(T), SecretPages::Children::Share))};
  }
  InSecretPages(InSecretPages&& other) noexcept
      : pages_{std::move(other.pages_)}, object_{std::exchange(other.object_, nullptr)} {}
  InSecretPages& operator=(InSecretPages&&) = delete;
  ~InSecretPages() {
    if (object_ != nullptr) std::destroy_at(object_);
  }

  std::span<std::uint8_t> pages() { return pages_.pages(); }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }

private:
  explicit InSecretPages(SecretPages pages) : pages_{std::move(pages)} {
    pages_.resize(sizeof(T));
    object_ = std::construct_at(reinterpret_cast<T*>(pages_.memory().data()));
  }

  SecretPages pages_;
  T* object_ = nullptr;
};

// Reads the whole of `path` into new pages without a copy elsewhere. The errno of what
// failed; Errc::NoSpace when the file is longer than `limit`.
Result<SecretPages> read_secret_file(const char* path, std::size_t limit);

}  // namespace isboot::linux_platform
