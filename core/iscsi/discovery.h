// The answer to SendTargets (RFC 7143 appendix C): targets, each with its addresses.
#pragma once

#include "core/iscsi/redirect.h"
#include "core/iscsi/session_params.h"
#include "core/iscsi/text_keys.h"

namespace isboot::iscsi {

inline constexpr Text kSendAllTargets{"SendTargets=All\0", 16};

struct DiscoveredTarget {
  IscsiName name;
  // A target without an address of its own is where the question was sent to.
  bool has_address = false;
  TargetAddress address;
};

// Walks the answer, one row for each address of each target. Borrows the text.
class DiscoveryReader {
public:
  explicit DiscoveryReader(Bytes text) : keys_{text, kMaxDiscoveryKeys} {}

  // The next row, or none at the end. TextErrc; Errc::BadValue for a name or an
  // address that is none.
  Result<std::optional<DiscoveredTarget>> next();

private:
  TextKeyReader keys_;
  IscsiName name_;
  bool has_name_ = false;
  bool listed_ = true;  // the name was in a row already
};

}  // namespace isboot::iscsi
