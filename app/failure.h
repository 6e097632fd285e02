// What went wrong and what to do about it, in sentences.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/base/error.h"
#include "core/base/result.h"
#include "platform/linux/system_error.h"

namespace isboot::app {

struct Failure {
  std::string message;
  std::string next_step;  // what to do now
};

// What functions of app return to be told to a person: a value, or a Failure. Used like a Result,
// with ISBOOT_TRY, too. Below app there are Errors; whoever calls one from here adds what was tried
// and what to do.
template <class T = Done>
class [[nodiscard]] Outcome {
public:
  Outcome(T value) : side_{std::in_place_index<0>, std::move(value)} {}            // NOLINT
  Outcome(Failure failure) : side_{std::in_place_index<1>, std::move(failure)} {}  // NOLINT

  explicit operator bool() const { return ok(); }
  bool ok() const { return side_.index() == 0; }

  // Only after the check, as of a Result.
  T& operator*() & { return *std::get_if<0>(&side_); }
  const T& operator*() const& { return *std::get_if<0>(&side_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&side_)); }
  T* operator->() { return std::get_if<0>(&side_); }
  const T* operator->() const { return std::get_if<0>(&side_); }
  const Failure& error() const { return *std::get_if<1>(&side_); }

private:
  std::variant<T, Failure> side_;
};

// The error's own text, with the kernel's words where the cause is the kernel's.
inline std::string in_words(const Error& error) {
  std::string words = error.text;
  const Text reason = system_error_text(error.code);
  if (!reason.empty()) words += " (" + std::string{reason} + ")";
  return words;
}

// A failure as one line of a log.
inline std::string in_one_line(const Failure& failure) {
  return failure.message + "; next: " + failure.next_step;
}

}  // namespace isboot::app
