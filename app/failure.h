// What went wrong and what to do about it, in sentences.
#pragma once

#include <string>

#include "core/base/error.h"
#include "platform/linux/system_error.h"

namespace isboot::app {

struct Failure {
  std::string message;
  std::string next_step;
};

// The error's own text, with the kernel's words where the cause is the kernel's.
inline std::string in_words(const Error& error) {
  std::string words = error.text;
  const Text reason = system_error_text(error.code);
  if (!reason.empty()) words += " (" + std::string{reason} + ")";
  return words;
}

}  // namespace isboot::app
