// A boot without firmware's table: what the kernel command line says instead is made into a
// table, so that everything behind it is one and the same. docs/boot.md, "Without a table".
#pragma once

#include "core/boot/ip_parameter.h"
#include "core/boot/netroot.h"
#include "core/boot/parameters.h"
#include "core/ibft/table.h"
#include "core/iscsi/chap.h"

namespace isboot::boot {

// What the command line asks for.
struct Tableless {
  List<Netroot, ibft::kMaxPairs> targets;  // each a path
  List<IpParameter, ibft::kMaxPairs> nics;
  iscsi::IscsiName initiator;  // empty: not named
  bool asked = false;          // a target is named, though perhaps none that can be used

  bool wants_lease() const;
  // Whether each target has a NIC here that is named for it, or is in its subnet.
  bool leads_to_all() const;
  // The same; a NIC with a gateway, which may lead to it, will do, and any where the target is
  // known by its name alone.
  bool reaches_all() const;
};

// isboot.url= (each of them), isboot.initiator=, ip=, netroot=iscsi:…, rd.iscsi.* of dracut.
// What is not understood, and what is not used, is among the warnings; not so an isboot.url=
// that is none, which parse_command_line() has named.
Tableless read_tableless(Text command_line, ParameterWarnings& warnings);

// A name for a machine that nobody has named: the same at each boot. `uuid` is as SMBIOS has
// it; Errc::BadValue when it is none, or one that firmware forgot to fill in.
Result<iscsi::IscsiName> name_from_uuid(Text uuid);

// The table. Each NIC must have its MAC address, and its address or a way to get one; each target
// goes through the NIC that is named for it, that is in its subnet, or that has a gateway.
// Texts of the table borrow from the arguments. Errc::BadValue: something is missing; the text
// says what.
Result<ibft::Table> make_table(const Tableless& wanted, const iscsi::Credentials& credentials);

// What a table says of CHAP for these credentials; its texts borrow from them.
void set_chap(const iscsi::Credentials& credentials, ibft::Target& target);

}  // namespace isboot::boot
