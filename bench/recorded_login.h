// A login whose replies were recorded once and are played back, so that what is measured is ours.
#pragma once

#include <cstdint>
#include <vector>

#include "testing/run_login.h"

namespace isboot::iscsi {

struct RecordedLogin {
  LoginConfig config;
  std::vector<std::vector<std::uint8_t>> replies;  // one a request: header and data
};

// A target that answers every key, and asks for no proof.
RecordedLogin login_without_authentication(Hash& hash);

// With CHAP; with `mutual` the target proves itself too.
RecordedLogin login_with_chap(Hash& hash, HashAlgorithm algorithm, bool mutual);

// A login anew, from the first request to full feature phase. Returns what the last reply led to:
// Complete, or the failure.
LoginStep play_back(const RecordedLogin& recorded, Hash& hash);

}  // namespace isboot::iscsi
