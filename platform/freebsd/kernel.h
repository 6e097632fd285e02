// The C interface as C++ sees it, and the kernel's error numbers as codes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/error.h"

extern "C" {
#include "platform/freebsd/isboot_kernel.h"
}

namespace isboot {

// The value is FreeBSD's errno. Domain 7 is every platform's own.
enum class SystemErrc : std::uint16_t {};
template <>
inline constexpr std::uint16_t kErrorDomain<SystemErrc> = 7;

}  // namespace isboot

namespace isboot::freebsd {

// `number` as a function of the C interface returned it, not 0; `text` a literal that names
// the step that failed. What has a code of its own everywhere gets that one.
Error kernel_error(int number, const char* text);

// The number in `code`, 0 when the code is not the kernel's.
int number_of(Code code);

// "Connection refused"; a literal. Empty when the code is not the kernel's.
Text words_of(Code code);

}  // namespace isboot::freebsd
