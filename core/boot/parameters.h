// The tunables: isboot=… and isboot.NAME=… on the kernel command line (design.md,
// "Kernel parameters"). The same names are options of `isboot boot` and loader
// tunables on FreeBSD.
#pragma once

#include <optional>

#include "core/base/ip_address.h"
#include "core/base/list.h"
#include "core/base/mac_address.h"
#include "core/iscsi/chap.h"
#include "core/iscsi/session_params.h"

namespace isboot::boot {

inline constexpr std::uint32_t kForEver = UINT32_MAX;

struct Parameters {
  bool off = false;
  InlineText<255> table;       // empty: auto
  InlineText<512> url;         // RFC 4173, in place of the table's target
  iscsi::IscsiName initiator;  // in place of the table's
  InlineText<32> nic;          // a MAC address, a name, or empty: as the table says
  std::optional<std::uint16_t> vlan;
  std::uint32_t mtu = 0;             // bytes, 0: as it is
  std::uint32_t timeout = 120;       // seconds, total
  std::uint32_t retries = kForEver;  // further logins after the first, within the timeout
  bool header_digest = false;
  bool data_digest = false;
  iscsi::AlgorithmSet chap = iscsi::AlgorithmSet::all();  // that may be offered
  std::uint32_t recovery = kForEver;  // seconds that I/O waits for a lost target
  // Seconds of silence before the target is asked whether it is there, 0: never, and
  // seconds that its answer may take.
  std::uint32_t ping_after = 5;
  std::uint32_t ping_limit = 15;
  std::uint32_t shutdown = 30;  // seconds that a shutdown waits for a lost target
  bool all_paths = true;
  bool ask_for_secrets = false;  // of whoever sits there; only where there is no table
  std::uint8_t verbose = 1;
};

// Something that was ignored, and the default used in its place.
struct ParameterWarning {
  Text name;  // both borrow from the command line
  Text value;
  const char* message = "";  // static
};
using ParameterWarnings = List<ParameterWarning, 16>;

// "parameter ip=nonsense: not an IP address"; a long value is cut.
using WarningText = InlineText<640>;
WarningText to_text(const ParameterWarning& warning);

// Takes one tunable, `name` without "isboot.". An Error says what is wrong with the
// value (offset: within the value); the parameter is then unchanged.
// Errc::NotFound: there is no such parameter.
Result<Done> set_parameter(Parameters& parameters, Text name, Text value);

// Reads a kernel command line: words separated by white space, double quotes hold
// one together. Words that are not isboot's are left alone. A later word wins.
Parameters parse_command_line(Text command_line, ParameterWarnings& warnings);

// For a program that looks no names up: a URL that names its server by one takes no table's place.
void refuse_names(Parameters& parameters, ParameterWarnings& warnings);

// The value of the last `name=` of a kernel command line, quotes removed.
// "name" alone gives the empty text.
std::optional<Text> command_line_value(Text command_line, Text name);

// Whether the word `on` stands on the command line with no `off` behind it: "rw" and "ro".
bool command_line_switch(Text command_line, Text on, Text off);

}  // namespace isboot::boot
