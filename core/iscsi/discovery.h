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
  // What the target gave for an address that cannot be read as one, cut to what fits; else empty.
  // Such a row is for people; the others stand all the same.
  InlineText<255> unusable;
};

// Walks the answer, one row for each address of each target. Borrows the text.
class DiscoveryReader {
public:
  explicit DiscoveryReader(Bytes text) : keys_{text, kMaxDiscoveryKeys} {}

  // The next row, or none at the end. A name that cannot be one is left out with its addresses,
  // and so are addresses in front of the first name, and what is no pair of key and value.
  // TextErrc::TooManyKeys.
  Result<std::optional<DiscoveredTarget>> next();

private:
  Result<std::optional<TextKey>> next_pair();

  TextKeyReader keys_;
  IscsiName name_;
  bool has_name_ = false;
  bool listed_ = true;  // the name was in a row already
};

}  // namespace isboot::iscsi
