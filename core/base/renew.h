#pragma once

#include <new>

namespace isboot {

// Makes `object` what T{} is, in its place: an assignment makes another one on the stack first.
template <class T>
void renew(T& object) {
  object.~T();
  new (&object) T{};
}

}  // namespace isboot
