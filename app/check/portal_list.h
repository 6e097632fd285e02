// The targets of a portal, as the portal lists them (RFC 7143 appendix C, SendTargets).
#pragma once

#include <string>
#include <vector>

#include "app/check/conversation.h"
#include "app/json/json.h"
#include "core/iscsi/discovery.h"

namespace isboot::app {

struct PortalList {
  Portal portal;  // the one that was asked, of several
  std::vector<iscsi::DiscoveredTarget> targets;
};

// All that the first of the portals that answers lists, in its order. `config`: who asks; the
// target's name in it does not count.
Outcome<PortalList> list_targets(Conversation& conversation, const std::vector<Portal>& portals,
                                 iscsi::LoginConfig config);

// For people, a line each, and for scripts. A target that names no address is where the list is.
std::string target_lines(const PortalList& list);
Json targets_json(const PortalList& list);

// The target that the list has, when it is one alone; a target has a row for each of its addresses.
Outcome<iscsi::IscsiName> only_target(const PortalList& list);

}  // namespace isboot::app
