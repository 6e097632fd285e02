// Where a disk is, in one line (RFC 4173 section 5):
//   iscsi:<servername>:<protocol>:<port>:<LUN>:<targetname>
// or as libiscsi's users write it:
//   iscsi://<servername>[:<port>]/<targetname>/<LUN>[?<options of libiscsi's own>]
#pragma once

#include "core/base/host_name.h"
#include "core/base/ip_address.h"
#include "core/base/lun.h"
#include "core/iscsi/session_params.h"

namespace isboot::iscsi {

struct TargetUrl {
  // Absent when the server is given by name: then `host` has it.
  Portal portal;
  HostName host;
  InlineText<15> link;  // "eth0" of "[fe80::1%eth0]"; empty: not given
  Lun lun;
  IscsiName target_name;  // empty: not given
};

// Protocol 6 (TCP; "tcp" is the same), port 3260 and LUN 0 may be left out, an IPv6 address is in
// brackets, the target's name may hold colons. Errc::BadValue with the offset of the
// part that is wrong. The LUN of the second form is a decimal number, and user names or secrets
// in it are refused: a command line is seen by everybody. Blanks around the URL, "%25" in front of
// a link's name (RFC 6874) and "%3A" in a target's name are understood, and so is what follows '?',
// of which nothing is used.
Result<TargetUrl> parse_url(Text url);

}  // namespace isboot::iscsi
