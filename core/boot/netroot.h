// dracut's way to name an iSCSI target (dracut.cmdline(7)):
//   netroot=iscsi:[name:secret[:reverse
//   name:secret]@]server:protocol:port[:iface:device]:LUN:target
#pragma once

#include "core/iscsi/url.h"
#include "core/ports/network.h"

namespace isboot::boot {

struct Netroot {
  iscsi::TargetUrl url;
  LinkName device;          // the NIC to the target; empty: not named
  bool has_secret = false;  // there were credentials in it, which are not read
};

// `value` as it stands behind "netroot=". Errc::BadValue with the offset of what is wrong.
Result<Netroot> parse_netroot(Text value);

// The same of a URL, which has to name a target: nobody is asked for one before a boot. The offset
// is in the URL.
Result<Netroot> parse_boot_url(Text url);

}  // namespace isboot::boot
