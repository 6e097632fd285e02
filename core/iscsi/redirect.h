// TargetAddress (RFC 7143 section 13.8): where a redirected login goes, and what
// SendTargets lists.
#pragma once

#include "core/base/host_name.h"
#include "core/base/ip_address.h"
#include "core/base/text.h"

namespace isboot::iscsi {

struct TargetAddress {
  // Absent when the target gave a name instead: then `host` has it. Without a name, too, it means
  // where the target was reached ("0.0.0.0:3260", of one that listens on all of its addresses).
  Portal portal;
  HostName host;
  // "eth0" of "[fe80::1%eth0]" (RFC 4007 section 11): the writer's name for its own link, which is
  // ours only in what a user writes.
  InlineText<15> zone;
  bool has_group_tag = false;  // SendTargets only
  std::uint16_t group_tag = 0;
};

// "domainname[:port][,portal-group-tag]"; an IPv6 address is in brackets, and so may be an IPv4
// one, mapped (::ffff:10.0.0.1) or plain. A tag that is no number of 16 bits (jiva 0.5 writes -1)
// is left out: nothing is decided by it.
// Errc::BadValue with the offset of what is wrong.
Result<TargetAddress> parse_target_address(Text text);

// The portal of an address without a name, said by a target that was reached at `reached`.
Portal portal_of(const TargetAddress& address, const Portal& reached);

struct Redirect {
  TargetAddress address;
  bool permanent = false;  // status 0x0102; else 0x0101
};

}  // namespace isboot::iscsi
