#pragma once

#include "core/base/text.h"

namespace isboot {

// Bytes of the UTF-8 character at the start of `text`; 0 when there is none.
inline std::size_t utf8_character(Text text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size)
    if (is_utf8(part_of(text, 0, size))) return size;
  return 0;
}

}  // namespace isboot
