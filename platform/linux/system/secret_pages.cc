#include "platform/linux/system/secret_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/secret.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

namespace {

std::size_t page_size() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

std::size_t whole_pages(std::size_t size) {
  const std::size_t page = page_size();
  return (size + page - 1) / page * page;
}

}  // namespace

Result<SecretPages> SecretPages::allocate(std::size_t capacity, Children children) {
  const std::size_t page = page_size();
  const std::size_t inner = whole_pages(capacity);
  const int sharing = children == Children::Share ? MAP_SHARED : MAP_PRIVATE;
  void* whole =
      mmap(nullptr, inner + 2 * page, PROT_NONE, sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (whole == MAP_FAILED) return system_error(errno, "no memory for secrets");
  std::uint8_t* start = static_cast<std::uint8_t*>(whole) + page;
  if (mprotect(start, inner, PROT_READ | PROT_WRITE) != 0) {
    const Error error = system_error(errno, "no memory for secrets");
    munmap(whole, inner + 2 * page);
    return error;
  }
  (void)madvise(start, inner, MADV_DONTDUMP);
  // Best effort: without the right to lock, the pages could only go to a swap device.
  (void)mlock2(start, inner, MLOCK_ONFAULT);
  SecretPages pages;
  pages.start_ = start;
  pages.capacity_ = capacity;
  return pages;
}

std::span<std::uint8_t> SecretPages::pages() { return {start_, whole_pages(capacity_)}; }

void SecretPages::keep_from_children() {
  (void)madvise(start_, whole_pages(capacity_), MADV_WIPEONFORK);
}

SecretPages::SecretPages(SecretPages&& other) noexcept
    : start_{std::exchange(other.start_, nullptr)},
      capacity_{std::exchange(other.capacity_, 0)},
      size_{std::exchange(other.size_, 0)} {}

SecretPages& SecretPages::operator=(SecretPages&& other) noexcept {
  std::swap(start_, other.start_);
  std::swap(capacity_, other.capacity_);
  std::swap(size_, other.size_);
  return *this;
}

SecretPages::~SecretPages() {
  // The analyzer takes the value out of a Result to be none.
  if (start_ == nullptr) return;  // NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult)
  wipe(memory().first(size_));
  munmap(start_ - page_size(), whole_pages(capacity_) + 2 * page_size());
}

void SecretPages::resize(std::size_t size) {
  size = std::min(size, capacity_);
  if (size < size_) wipe(memory().subspan(size, size_ - size));
  size_ = size;
}

Result<SecretPages> read_secret_file(const char* path, std::size_t limit) {
  const UniqueFd fd{open(path, O_RDONLY | O_CLOEXEC)};
  if (!fd) return system_error(errno, "the file cannot be opened");
  // One byte more, to see whether the file ends at the limit.
  SecretPages pages = ISBOOT_TRY(SecretPages::allocate(limit + 1));
  for (;;) {
    const std::size_t size = pages.bytes().size();
    const MutableBytes room = pages.memory().subspan(size);
    const ssize_t count = read(fd.get(), room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "the file cannot be read");
    if (count == 0) return pages;
    pages.resize(size + static_cast<std::size_t>(count));
    if (pages.bytes().size() > limit) return Error{Errc::NoSpace, 0, "the file is too long"};
  }
}

}  // namespace isboot::linux_platform
