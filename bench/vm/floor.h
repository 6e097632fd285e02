// What is left of a boot when everything that a program could be slow at is done ahead.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace isboot::bench {

// Makes a session of the kernel's and logs in to the target of `url` (RFC 4173 form), over the
// network as it is. Returns when the disk is there, with the time at which the session and the
// logged-in connection were both at hand: what came after that is the kernel's work alone.
// Nothing when a step failed; why is on standard error.
std::optional<std::chrono::steady_clock::time_point> attach_at_the_floor(const std::string& url);

}  // namespace isboot::bench
