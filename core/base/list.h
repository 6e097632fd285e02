#pragma once

#include <array>
#include <span>

#include "core/base/renew.h"

namespace isboot {

// A bounded list by value.
template <class T, std::size_t capacity>
struct List {
  std::array<T, capacity> items{};
  std::size_t count = 0;

  // False when there is no room; nothing is added then.
  bool push(const T& item) {
    if (full()) return false;
    items[count++] = item;
    return true;
  }
  // A fresh item behind the last one, to be filled in. There must be room.
  T& add() {
    renew(items[count]);
    return items[count++];
  }
  std::span<const T> view() const { return std::span{items}.first(count); }
  const T* begin() const { return items.data(); }
  const T* end() const { return items.data() + count; }
  T* begin() { return items.data(); }
  T* end() { return items.data() + count; }
  const T& operator[](std::size_t index) const { return items[index]; }
  bool empty() const { return count == 0; }
  bool full() const { return count == capacity; }
};

}  // namespace isboot
