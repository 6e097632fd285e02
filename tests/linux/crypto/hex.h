#pragma once

#include <string>

#include "core/base/bytes.h"

namespace isboot::linux_platform::test {

// As digests are printed: lower case, no prefix.
inline std::string hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace isboot::linux_platform::test
