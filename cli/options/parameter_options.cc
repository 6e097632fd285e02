#include "cli/options/parameter_options.h"

#include <array>

#include "core/boot/command_line.h"

namespace isboot::cli {
namespace {

struct Description {
  const char* name;
  const char* value;
  const char* help;
};

constexpr Description kDescriptions[] = {
    {"table", "auto|acpi|acpi:N|lowmem|sysfs|PATH", "which iBFT to use"},
    {"url", "iscsi:SERVER:PROTOCOL:PORT:LUN:TARGET", "in place of the table's target (RFC 4173)"},
    {"initiator", "IQN", "in place of the table's initiator name"},
    {"nic", "MAC|NAME|auto", "in place of the table's NIC"},
    {"vlan", "N", "802.1Q VLAN, 0 for none"},
    {"mtu", "BYTES", "MTU of the NIC"},
    {"timeout", "SECONDS", "for all of it, 120 unless given"},
    {"retries", "N", "further logins after the first, within the timeout"},
    {"digest", "header,data", "CRC32C digests to ask the target for"},
    {"chap", "sha3-256,sha256,sha1,md5", "CHAP algorithms that may be offered"},
    {"secrets", "file|ask", "where CHAP secrets come from without a table"},
    {"recovery", "infinite|SECONDS", "how long I/O waits for a lost target"},
    {"ping", "SECONDS,SECONDS", "silence before the target is asked, and time for its answer"},
    {"paths", "all|first", "how many of the table's targets to use"},
    {"verbose", "0..3", "0 errors, 1 steps, 2 and 3 details"},
};

}  // namespace

void add_parameter_options(Command& command, ParameterOptions& options) {
  for (const Description& description : kDescriptions) {
    const std::string name = description.name;
    const auto check = [name](const std::string& value) -> std::string {
      boot::Parameters scratch;
      const auto set = boot::set_parameter(scratch, name, value);
      if (set) return {};
      return std::string{set.error().text} + ": " +
             std::string{boot::shown_value({.name = name, .value = value, .has_value = true})};
    };
    command
        .option(("--" + name).c_str(),
                [&options, name](const std::string& value) { options[name] = value; },
                description.help)
        .value_name(description.value)
        .checked(check);
  }
}

}  // namespace isboot::cli
