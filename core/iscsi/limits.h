// Every bound on what a target may make the login hold or do. Memory of a Login is
// fixed by these at compile time; a target that goes past one gets an error.
#pragma once

#include <cstddef>
#include <cstdint>

namespace isboot::iscsi {

// RFC 7143 section 11.2.1: the fixed part of every PDU.
inline constexpr std::size_t kHeaderSize = 48;

// Longest data segment of a login PDU, both ways: the default of
// MaxRecvDataSegmentLength, which holds until the login is over (section 13.12).
inline constexpr std::size_t kLoginSegment = 8192;

// Longest text that a target may build with the C bit out of several segments.
inline constexpr std::size_t kMaxText = 16384;

// Section 6.1: a key's name, and a value that has no length of its own.
inline constexpr std::size_t kMaxKeyName = 63;
inline constexpr std::size_t kMaxTextValue = 255;
// Section 12.1.3: a binary value of CHAP holds at most 1024 bytes; in hex with "0x":
inline constexpr std::size_t kMaxBinary = 1024;
inline constexpr std::size_t kMaxValue = 2 * kMaxBinary + 2;

// Keys in one text. All keys of RFC 7143 and 7144 together are fewer than 40.
inline constexpr unsigned kMaxKeys = 128;

// Responses of one login. The longest honest one (mutual CHAP, every request and
// response split once) needs 12.
inline constexpr unsigned kMaxRounds = 32;

// Redirections followed before the login counts as a loop.
inline constexpr std::size_t kMaxRedirects = 4;

// The answer to SendTargets: its text, in the caller's buffer, and its pairs.
inline constexpr std::size_t kMaxDiscoveryText = 1048576;
inline constexpr unsigned kMaxDiscoveryKeys = 65536;

// Full-feature phase, for `check`: sense data with its length, and a text request of ours.
inline constexpr std::size_t kMaxSense = 512;
inline constexpr std::size_t kMaxTextRequest = 256;

}  // namespace isboot::iscsi
