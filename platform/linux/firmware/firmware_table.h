// Where firmware left iBFTs on a Linux machine, and which one to boot from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ibft/finding.h"
#include "platform/linux/system/secret_pages.h"

namespace isboot::linux_platform {

// More than any table needs whose offsets have 16 bits; ACPI tables can be padded.
inline constexpr std::size_t kMaxTableFile = 0x40000;

// Where to look. Tests have folders of their own.
struct FirmwarePaths {
  std::string acpi_tables = "/sys/firmware/acpi/tables";
  std::string efi = "/sys/firmware/efi";          // there when UEFI started the machine
  std::string memory = "/dev/mem";                // the low memory of BIOS machines
  std::string iscsi_ibft = "/sys/firmware/ibft";  // what the module iscsi_ibft shows
  std::string adapters = "/sys/firmware";         // iscsi_bootN of iSCSI adapters' drivers is in it
};

// A table as it was found, good or not: decode() judges it.
struct FirmwareTable {
  std::string source;  // "acpi:iBFT", "lowmem:0x9a6f0", "sysfs", "sysfs:iscsi_boot2", "file:PATH"
  SecretPages pages;
  // Rebuilt from what the kernel made of the table: fields of which the kernel says
  // nothing, as findings. Empty for a table that was read as it is.
  std::vector<ibft::Finding> unknown;
  // Of a table that the command line has made up: the names of the targets' servers, which a table
  // has no place for. Empty where the target has an address.
  std::vector<std::string> hosts{};

  Bytes bytes() const { return pages.bytes(); }
};

// decode(), and what is not known about a table that was rebuilt.
Result<Done> decode(const FirmwareTable& found, ibft::Table& table, ibft::Findings& findings);

struct FirmwareSearch {
  std::vector<FirmwareTable> tables;
  // Places that could not be looked at, and why: "/dev/mem: Operation not permitted".
  std::vector<std::string> obstacles;
  // A table is there, but cannot be read: the last cause.
  std::optional<Error> unreadable;
};

// Every table that there is: ACPI's in Linux's order, then low memory's (not on a
// machine that UEFI started: it has none there), then, when there is none yet, the one
// that iscsi_ibft shows.
FirmwareSearch find_tables(const FirmwarePaths& paths = {});

// The table that `choice` names: "auto" or "" (any place), "acpi" (any of ACPI's),
// "acpi:N" (its Nth, from 1, as Linux numbers them), "lowmem", "sysfs" (what iscsi_ibft shows,
// else what adapters' drivers do, which nothing else asks for), or a file's path.
// Of several the first that is valid and has a boot-selected target, else the first that
// is valid, else the first. Looks no further than it must: with ACPI's table at hand
// nothing else is opened. Errors: Errc::NotFound when there is none; the errno or
// Errc::NoSpace of a table or file that cannot be read; Errc::BadValue for "acpi:" with
// no good number.
Result<FirmwareTable> choose_table(Text choice, const FirmwarePaths& paths = {});

// The table in a file, whatever its name; errors as above.
Result<FirmwareTable> read_table_file(const std::string& path);

}  // namespace isboot::linux_platform
