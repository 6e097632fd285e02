// What open-iscsi's iscsid knows of a session that it should keep: a text file of its own
// (iscsiadm(8), FILES).
#pragma once

#include <string>
#include <vector>

#include "platform/linux/keeper/session_record.h"

namespace isboot::app {

struct NodeRecord {
  std::vector<std::string> folders;  // below /etc/iscsi/nodes
  std::string name;
  std::string text;  // CHAP secrets are in it
};

// `portal_group`: the target's portal group tag.
NodeRecord node_record(const linux_platform::SessionRecord& session, unsigned portal_group);

// False when a name in the record would lead out of iscsid's folder: a target's may hold a '/'.
bool has_safe_folders(const NodeRecord& record);

// The CmdSN that iscsid starts a session with, from the text of its record of the session; 0, which
// is its default, when the record does not say.
std::uint32_t initial_cmd_sn_in(Text text);

}  // namespace isboot::app
