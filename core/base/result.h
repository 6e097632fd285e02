// A value or an Error. Shaped like std::expected, which clang 14 with
// libstdc++ 12 rejects and kernels do not have.
#pragma once

#include <new>
#include <type_traits>
#include <utility>

#include "core/base/error.h"

namespace isboot {

// The value of an operation that has none: Result<Done>.
struct Done {};

template <class T>
class [[nodiscard]] Result {
public:
  Result(const T& value) : ok_{true} { new (&value_) T(value); }           // NOLINT
  Result(T&& value) : ok_{true} { new (&value_) T(std::move(value)); }     // NOLINT
  Result(const Error& error) : ok_{false} { new (&error_) Error(error); }  // NOLINT
  Result(Result&& other) noexcept : ok_{other.ok_} {
    if (ok_)
      new (&value_) T(std::move(other.value_));
    else
      new (&error_) Error(other.error_);
  }
  Result(const Result& other) : ok_{other.ok_} {
    if (ok_)
      new (&value_) T(other.value_);
    else
      new (&error_) Error(other.error_);
  }
  Result& operator=(const Result&) = delete;
  Result& operator=(Result&&) = delete;
  ~Result() {
    if (ok_) value_.~T();
  }

  explicit operator bool() const { return ok_; }
  bool ok() const { return ok_; }

  // Only after the check: asking for the side that is not there is a bug of ours.
  T& value() & { return ok_ ? value_ : bug<T&>(); }
  const T& value() const& { return ok_ ? value_ : bug<const T&>(); }
  T&& value() && { return std::move(ok_ ? value_ : bug<T&>()); }
  const Error& error() const { return ok_ ? bug<const Error&>() : error_; }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

private:
  template <class R>
  [[noreturn]] static R bug() {
    __builtin_trap();
  }

  bool ok_;
  union {
    T value_;
    Error error_;
  };
};

}  // namespace isboot

// The value of `expression`, or return its Error to the caller. May stand inside
// another one: each has a name of its own.
#define ISBOOT_TRY(expression) ISBOOT_TRY_NAMED(expression, __COUNTER__)
#define ISBOOT_TRY_NAMED(expression, number) ISBOOT_TRY_JOINED(expression, number)
#define ISBOOT_TRY_JOINED(expression, number)                                \
  __extension__({                                                            \
    auto&& isboot_result_##number = (expression);                            \
    if (!isboot_result_##number) return isboot_result_##number.error();      \
    *std::forward<decltype(isboot_result_##number)>(isboot_result_##number); \
  })
