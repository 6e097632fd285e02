// The kernel's own causes (errno) as error codes: domain 7.
#pragma once

#include <cerrno>
#include <cstring>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace isboot {

// The value is the errno. Not an enumerator for each: errno.h has the names.
enum class SystemErrc : std::uint16_t {};
template <>
inline constexpr std::uint16_t kErrorDomain<SystemErrc> = 7;

// `number` is a positive errno; `text` a literal that names the step that failed.
inline Error system_error(int number, const char* text) {
  return Error{static_cast<SystemErrc>(number), 0, text};
}

// The errno in `code`, 0 when the code is not the system's.
inline int errno_of(Code code) {
  return code.domain() == kErrorDomain<SystemErrc> ? code.value() : 0;
}

// "Permission denied"; a literal. Empty when the code is not the system's.
inline Text system_error_text(Code code) {
  const int number = errno_of(code);
  if (number == 0) return {};
  const char* text = strerrordesc_np(number);
  return text != nullptr ? Text{text} : Text{"unknown error"};
}

}  // namespace isboot
