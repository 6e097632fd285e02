// What went wrong: one cause, one code, with the place in the input and a
// sentence. Errors are values; nothing in core throws, exits or logs.
#pragma once

#include <cstdint>

namespace isboot {

// Each module has an enum of its own for its causes and names it here:
//   template <> inline constexpr std::uint16_t kErrorDomain<iscsi::LoginErrc> = 3;
// 0 means "not an error enum". Domains in use: 1 base, 2 ibft, 3 iscsi login,
// 4 iscsi text and PDUs, 5 chap, 6 boot, 7 platform (errno).
template <class E>
inline constexpr std::uint16_t kErrorDomain = 0;

template <class E>
concept ErrorEnum = kErrorDomain<E>
!= 0;

// A code of any module. Compare it with the enumerator that you expect.
class Code {
public:
  constexpr Code() = default;
  template <ErrorEnum E>
  constexpr Code(E value)  // NOLINT(google-explicit-constructor): an enumerator is a code
      : domain_{kErrorDomain<E>}, value_{static_cast<std::uint16_t>(value)} {}

  constexpr std::uint16_t domain() const { return domain_; }
  constexpr std::uint16_t value() const { return value_; }
  friend constexpr bool operator==(Code, Code) = default;

private:
  std::uint16_t domain_ = 0;
  std::uint16_t value_ = 0;
};

// Causes that every module shares.
enum class Errc : std::uint16_t {
  Truncated = 1,  // the input ends before the field does
  BadValue,       // the field is there, its value is not allowed
  NoSpace,        // the caller's buffer or a bounded list is full
  NotFound,
  TimedOut,
  Closed,       // the peer ended the stream
  Unsupported,  // understood, but not done here
  Cancelled,
};
template <>
inline constexpr std::uint16_t kErrorDomain<Errc> = 1;

// `offset` counts bytes from the start of what was decoded (0 where that has no
// meaning). `text` is a string literal: it lives for ever and holds no secret.
struct Error {
  Code code;
  std::uint32_t offset = 0;
  const char* text = "";
};

}  // namespace isboot
