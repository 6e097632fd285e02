// A secret by value, in place, wiped when it goes. Never printed: it has no
// conversion to Text but reveal(), which is easy to find.
#pragma once

#include <array>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot {

// Overwrites `memory` in a way that the compiler must not leave out.
inline void wipe(MutableBytes memory) {
  for (std::uint8_t& byte : memory) byte = 0;
  __asm__ volatile("" : : "r"(memory.data()) : "memory");
}

class Secret {
public:
  static constexpr std::size_t kCapacity = 255;

  Secret() = default;
  Secret(const Secret& other) { copy(other.reveal()); }
  Secret& operator=(const Secret& other) {
    if (this != &other) copy(other.reveal());
    return *this;
  }
  ~Secret() { clear(); }

  // Errc::NoSpace above kCapacity; the old secret then stays.
  Result<Done> assign(Bytes value) {
    if (value.size() > kCapacity) return Error{Errc::NoSpace, 0, "secret is too long"};
    copy(value);
    return Done{};
  }
  void clear() {
    wipe(bytes_);
    size_ = 0;
  }
  bool empty() const { return size_ == 0; }
  Bytes reveal() const { return Bytes{bytes_}.first(size_); }

private:
  void copy(Bytes value) {
    clear();
    for (std::size_t i = 0; i < value.size(); ++i) bytes_[i] = value[i];
    size_ = value.size();
  }

  std::array<std::uint8_t, kCapacity> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace isboot
