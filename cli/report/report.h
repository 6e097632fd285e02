// What a subcommand says to a person, and what it ends with.
#pragma once

#include <string>

#include "app/exit_status.h"
#include "app/failure.h"

namespace isboot::cli {

// What happened and what to do now, each on its line of standard error; kFailed.
int report(const app::Failure& failure);

// The exit status of what ran, or report()'s.
inline int status_of(const app::Outcome<int>& outcome) {
  return outcome ? *outcome : report(outcome.error());
}

// One line on standard error: there is nothing to do; kNothingToDo.
int report_nothing_to_do(const std::string& why);

// One line on standard error of what goes on in spite of it. Here and in print() control characters
// become '?'.
void warn(const std::string& what);

// On standard output.
void print(const std::string& text);

// To be called last: `status`, or report()'s where standard output did not take all that was
// printed. A reader that has gone is no failure.
int after_printing(int status);

}  // namespace isboot::cli
