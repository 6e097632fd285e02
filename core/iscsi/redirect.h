// TargetAddress (RFC 7143 section 13.8): where a redirected login goes, and what
// SendTargets lists.
#pragma once

#include "core/base/ip_address.h"
#include "core/base/text.h"

namespace isboot::iscsi {

struct TargetAddress {
  // Absent when the target gave a name instead: then `host` has it.
  Portal portal;
  InlineText<255> host;
  bool has_group_tag = false;  // SendTargets only
  std::uint16_t group_tag = 0;
};

// "domainname[:port][,portal-group-tag]"; an IPv6 address is in brackets.
// Errc::BadValue with the offset of what is wrong.
Result<TargetAddress> parse_target_address(Text text);

struct Redirect {
  TargetAddress address;
  bool permanent = false;  // status 0x0102; else 0x0101
};

}  // namespace isboot::iscsi
