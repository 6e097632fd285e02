// The SCSI commands that `isboot check` sends and what comes back (SPC-5 and SBC-4).
// All integers are big-endian on the wire.
#pragma once

#include <optional>

#include "core/base/lun.h"
#include "core/base/text.h"

namespace isboot::iscsi::scsi {

using Cdb = std::array<std::uint8_t, 16>;

enum class VpdPage : std::uint8_t { SerialNumber = 0x80, Identification = 0x83 };

// Lengths are of the buffer that the data goes to.
Cdb inquiry(std::uint16_t length);
Cdb inquiry(VpdPage page, std::uint16_t length);
Cdb report_luns(std::uint32_t length);
Cdb test_unit_ready();
// START STOP UNIT: starts the disk, and does not wait for it.
Cdb start_unit();
// MODE SENSE(6): the header and as much of the page as `length` has room for.
Cdb mode_sense_6(std::uint8_t page, std::uint8_t length);
Cdb read_capacity_16(std::uint32_t length);
Cdb read_capacity_10();
Cdb read_10(std::uint32_t block, std::uint16_t count);
Cdb read_16(std::uint64_t block, std::uint32_t count);

inline constexpr std::uint8_t kGood = 0x00;
inline constexpr std::uint8_t kCheckCondition = 0x02;
inline constexpr std::uint8_t kBusy = 0x08;
inline constexpr std::uint8_t kReservationConflict = 0x18;
inline constexpr std::uint8_t kTaskSetFull = 0x28;

// "reservation conflict (SCSI status 18)", the number in hex as SAM has it.
InlineText<64> status_text(std::uint8_t status);

struct Inquiry {
  bool connected = false;    // peripheral qualifier 0: there is something at this LUN
  bool is_disk = false;      // of a type that Linux' sd and FreeBSD's da take
  std::uint8_t version = 0;  // of the standard: 2 is SCSI-2, 4 SPC-2, 5 SPC-3
  bool protects = false;     // PROTECT: the disk may hold protection information
  InlineText<8> vendor;      // without the padding
  InlineText<16> product;
  InlineText<4> revision;
};
// What a short answer lacks (SPC-5 wants 36 bytes) is empty or 0. One that is empty altogether is a
// disk to Linux (seen with 6.1).
Result<Inquiry> decode_inquiry(Bytes data);

// VPD page 0x80, without padding; bytes that are not printable become '?'.
Result<InlineText<255>> decode_serial_number(Bytes page);

// VPD page 0x83: the best designator of the logical unit, as "naa.…", "eui.…", a SCSI
// name string, or "t10.…"; empty when there is none. NAA comes before EUI-64, that
// before names, as the world-wide unique ones are what udev builds links from.
Result<InlineText<255>> decode_identification(Bytes page);

struct LunList {
  std::uint32_t count = 0;  // that the target has
  bool has(const Lun& lun) const;
  Bytes entries;  // eight bytes each; borrows from the data, as many as came
};
Result<LunList> decode_lun_list(Bytes data);

struct Capacity {
  std::uint64_t blocks = 0;
  std::uint32_t block_size = 0;  // bytes
};
// Both take a block size of 0 as Linux' sd does, for 512. 2^64 blocks are none to it.
Result<Capacity> decode_capacity(Bytes data);
// READ CAPACITY(10). A disk of more than 2^32 blocks has so many, for all that it can say.
Result<Capacity> decode_capacity_10(Bytes data);

// The header of MODE SENSE(6)'s data (SPC-5, mode parameter header); WP is in its device-specific
// parameter (SBC-4). Data that is cut before that says no.
inline constexpr std::uint8_t kModeHeader = 4;
bool is_write_protected(Bytes mode_data);

// What a CHECK CONDITION says (SPC-5, sense data), fixed or descriptor format.
struct Sense {
  std::uint8_t key = 0;
  std::uint8_t asc = 0;
  std::uint8_t ascq = 0;
};
// Sense that is cut short has a key, as the kernel reads it, and 0 for what is missing.
Result<Sense> decode_sense(Bytes data);

inline constexpr std::uint8_t kRecoveredError = 1;  // carried out all the same
inline constexpr std::uint8_t kNotReady = 2;
inline constexpr std::uint8_t kUnitAttention = 6;
inline constexpr std::uint8_t kAbortedCommand = 0x0b;

// Whether a disk that is not ready is waited for, or has no medium. With some words Linux' sd goes
// on at once: manual intervention, standby, unavailable, sanitize, depopulation.
bool is_waited_for(const Sense& sense);
// The disk is not ready because nothing is in it.
bool has_no_medium(const Sense& sense);

// "unit attention (6/29/00)"
InlineText<48> to_text(const Sense& sense);

}  // namespace isboot::iscsi::scsi
