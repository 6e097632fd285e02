// Sessions by hand: over the network as it is, kept by the keeper.
#pragma once

#include <string>

#include "app/boot/parameter_sources.h"
#include "app/failure.h"
#include "app/json/json.h"
#include "app/keeper/keeper_client.h"
#include "core/iscsi/url.h"
#include "core/ports/initiator.h"

namespace isboot::app {

struct AttachedDisk {
  SessionId session;
  std::string disk;  // "/dev/sdb"
};

// A URL that is enough to attach a disk: with a target's name.
Outcome<iscsi::TargetUrl> parse_attach_url(const std::string& url);

// What the keeper has, which takes one session more; nothing when none runs.
Outcome<Json> status_with_room(const KeeperClientPaths& paths = {});

// Logs in, gives the session to the kernel, waits for the disk, and leaves the session to the
// keeper, which finds the secrets of `credentials_file` there again. Whatever fails, no session
// stays. `another_path`: also to a disk that is there already, for dm-multipath.
Outcome<AttachedDisk> attach_disk(const std::string& url, const std::string& credentials_file,
                                  const ParameterOptions& options, bool another_path);

// Ends the kept session that `what` names: its number, its disk (or a link to it) or its target.
// `limit`: seconds for a target that is away. `even_in_use`: a mounted disk, too.
Outcome<> detach_disk(const std::string& what, std::uint32_t limit, bool even_in_use);

}  // namespace isboot::app
