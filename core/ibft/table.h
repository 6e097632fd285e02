// The iSCSI Boot Firmware Table as a model: what a table says, in host terms.
// Layout and sources: docs/ibft.md.
#pragma once

#include <array>
#include <optional>

#include "core/base/ip_address.h"
#include "core/base/list.h"
#include "core/base/lun.h"
#include "core/base/mac_address.h"
#include "core/ibft/pci_address.h"

namespace isboot::ibft {

// NIC/target pairs that are kept. The specification has two; tables with three are
// known; offsets in a control structure beyond this many pairs become a finding.
inline constexpr std::size_t kMaxPairs = 8;

// How the NIC got its address. Firmware writes 15 or 16 for Unchanged (the sources
// differ): both decode to Unchanged. Anything else is kept as it is.
enum class Origin : std::uint8_t {
  Other = 0,
  Manual = 1,
  WellKnown = 2,
  Dhcp = 3,
  RouterAdvertisement = 4,
  Unchanged = 15,
};

enum class ChapType : std::uint8_t { None = 0, Chap = 1, Mutual = 2 };

struct Control {
  std::uint16_t offset = 0;
  bool boot_failover = false;
};

// Texts borrow from the bytes that were decoded. Absent addresses are all zeros,
// whichever way the table says so.
struct Initiator {
  std::uint16_t offset = 0;    // from the table's first byte
  bool valid = false;          // flags bit 0
  bool boot_selected = false;  // flags bit 1
  Text name;
  IpAddress isns;
  IpAddress slp;
  std::array<IpAddress, 2> radius;
};

struct Nic {
  std::uint16_t offset = 0;
  std::uint8_t index = 0;  // the structure's own
  bool valid = false;
  bool boot_selected = false;
  bool global = false;  // flags bit 2: global, else link-local address
  MacAddress mac;
  PciAddress pci;
  IpAddress address;
  std::uint8_t prefix = 0;  // bits
  Origin origin = Origin::Other;
  IpAddress gateway;
  std::array<IpAddress, 2> dns;
  IpAddress dhcp_server;
  std::uint16_t vlan = 0;
  Text host_name;
};

struct Target {
  std::uint16_t offset = 0;
  std::uint8_t index = 0;
  bool valid = false;
  bool boot_selected = false;
  bool radius_chap = false;          // flags bit 2
  bool radius_reverse_chap = false;  // flags bit 3
  IpAddress address;
  // Its server's name, where a URL gives that in the place of an address: no table can.
  Text host;
  std::uint16_t port = 0;
  Lun lun;
  ChapType chap = ChapType::None;
  std::uint8_t nic_index = 0;
  Text name;
  Text chap_name;
  Text chap_secret;  // a secret: show it as "(set)"
  Text reverse_chap_name;
  Text reverse_chap_secret;  // a secret
};

// No public definition: kept as it is.
struct Extension {
  std::uint16_t offset = 0;
  Bytes data;  // with the six bytes that every structure starts with; borrowed
};
inline constexpr std::size_t kMaxExtensions = 4;

struct Table {
  std::uint32_t length = 0;  // as the header says
  std::uint8_t revision = 0;
  bool checksum_ok = false;
  Text oem_id;        // as of oem_text()
  Text oem_table_id;  // as of oem_text()
  Control control;
  std::optional<Initiator> initiator;
  List<Nic, kMaxPairs> nics;
  List<Target, kMaxPairs> targets;
  List<Extension, kMaxExtensions> extensions;
};

}  // namespace isboot::ibft
