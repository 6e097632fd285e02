// Questions to a DNS server for the addresses of a name, and its answers (RFC 1035 section 4,
// RFC 3596 for AAAA). Nobody vouches for an answer: every read is bounded, a compressed name can
// only point back, and a chain of aliases has an end.
#pragma once

#include "core/base/bytes.h"
#include "core/base/host_name.h"
#include "core/base/ip_address.h"
#include "core/base/list.h"

namespace isboot::names {

enum class Family : std::uint8_t { V4, V6 };

inline constexpr std::size_t kMaxAddresses = 8;  // of one name; further ones are left out
inline constexpr std::size_t kMaxAliases = 8;    // CNAMEs in a row
inline constexpr std::size_t kMaxRecords = 128;  // that are read of an answer
inline constexpr std::size_t kMaxQuery = 12 + 256 + 4;
using Addresses = List<IpAddress, kMaxAddresses>;

struct Question {
  std::uint16_t id = 0;
  Text name;  // is_dns_name()
  Family family = Family::V4;
};

// What a server said to a question.
enum class Reply : std::uint8_t {
  Found,
  NoSuchName,  // NXDOMAIN
  NoAddress,   // the name is there, and has none of this family
  Failure,     // SERVFAIL
  Refused,
  OtherError,      // an RCODE that is none of the above
  Unreadable,      // no answer to this question, or a damaged one
  TooManyAliases,  // they may go in a circle
};
Text to_text(Reply reply);  // "no such name"

// Into `out`, of kMaxQuery bytes; the result is a view of it.
Result<Bytes> write_query(const Question& question, MutableBytes out);

// Adds to `addresses`, without repeats. Only records of the name itself count, and of the name
// that it is an alias of.
Reply read_reply(const Question& question, Bytes message, Addresses& addresses);

}  // namespace isboot::names
