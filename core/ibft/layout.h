// Where each field of the table lies: iBFT specification 1.02, sections 3.2 to 3.7
// (docs/ibft.md has them as tables). Structure-relative unless the name says Table;
// bytes; integers are little-endian but for the LUN and the addresses.
#pragma once

#include <cstdint>

namespace isboot::ibft::layout {

// Structure ids (section 3.1).
enum class Id : std::uint8_t { Control = 1, Initiator = 2, Nic = 3, Target = 4, Extension = 5 };

inline constexpr std::uint8_t kVersion = 1;   // of every structure
inline constexpr std::uint8_t kRevision = 1;  // of the table
inline constexpr std::uint16_t kAlignment = 8;
// Offsets are 16 bits wide: nothing can lie behind this.
inline constexpr std::uint32_t kReach = 0x10000;

namespace header {  // section 3.3
inline constexpr std::uint16_t kSignature = 0;
inline constexpr std::uint16_t kLength = 4;
inline constexpr std::uint16_t kRevisionAt = 8;
inline constexpr std::uint16_t kChecksum = 9;
inline constexpr std::uint16_t kOemId = 10;
inline constexpr std::uint16_t kOemIdSize = 6;
inline constexpr std::uint16_t kOemTableId = 16;
inline constexpr std::uint16_t kOemTableIdSize = 8;
inline constexpr std::uint16_t kSize = 48;
}  // namespace header

namespace common {  // section 3.2
inline constexpr std::uint16_t kId = 0;
inline constexpr std::uint16_t kVersionAt = 1;
inline constexpr std::uint16_t kLength = 2;
inline constexpr std::uint16_t kIndex = 4;
inline constexpr std::uint16_t kFlags = 5;
inline constexpr std::uint16_t kSize = 6;
// Of initiator, NIC and target.
inline constexpr std::uint8_t kValid = 1;
inline constexpr std::uint8_t kBootSelected = 2;
}  // namespace common

namespace control {  // section 3.4
inline constexpr std::uint16_t kTableOffset = 48;
inline constexpr std::uint16_t kExtensions = 6;
inline constexpr std::uint16_t kInitiator = 8;
inline constexpr std::uint16_t kFirstPair = 10;  // NIC, target, NIC, target…
inline constexpr std::uint16_t kSize = 18;       // with two pairs
inline constexpr std::uint8_t kBootFailover = 1;
}  // namespace control

namespace initiator {  // section 3.5
inline constexpr std::uint16_t kIsns = 6;
inline constexpr std::uint16_t kSlp = 22;
inline constexpr std::uint16_t kRadius1 = 38;
inline constexpr std::uint16_t kRadius2 = 54;
inline constexpr std::uint16_t kName = 70;
inline constexpr std::uint16_t kSize = 74;
}  // namespace initiator

namespace nic {  // section 3.6
inline constexpr std::uint16_t kAddress = 6;
inline constexpr std::uint16_t kPrefix = 22;
inline constexpr std::uint16_t kOrigin = 23;
inline constexpr std::uint16_t kGateway = 24;
inline constexpr std::uint16_t kDns1 = 40;
inline constexpr std::uint16_t kDns2 = 56;
inline constexpr std::uint16_t kDhcpServer = 72;
inline constexpr std::uint16_t kVlan = 88;
inline constexpr std::uint16_t kMac = 90;
inline constexpr std::uint16_t kPci = 96;
inline constexpr std::uint16_t kHostName = 98;
inline constexpr std::uint16_t kSize = 102;
inline constexpr std::uint8_t kGlobal = 4;
}  // namespace nic

namespace target {  // section 3.7
inline constexpr std::uint16_t kAddress = 6;
inline constexpr std::uint16_t kPort = 22;
inline constexpr std::uint16_t kLun = 24;
inline constexpr std::uint16_t kChap = 32;
inline constexpr std::uint16_t kNicIndex = 33;
inline constexpr std::uint16_t kName = 34;
inline constexpr std::uint16_t kChapName = 38;
inline constexpr std::uint16_t kChapSecret = 42;
inline constexpr std::uint16_t kReverseChapName = 46;
inline constexpr std::uint16_t kReverseChapSecret = 50;
inline constexpr std::uint16_t kSize = 54;
inline constexpr std::uint8_t kRadiusChap = 4;
inline constexpr std::uint8_t kRadiusReverseChap = 8;
}  // namespace target

}  // namespace isboot::ibft::layout
