// The operational keys of RFC 7143 section 13 and RFC 7144, one row each: who may
// send it, where, what it means and how a result comes about.
#pragma once

#include "core/base/text.h"

namespace isboot::iscsi {

// The rows of the table, in its order.
enum class Key : std::uint8_t {
  HeaderDigest,
  DataDigest,
  MaxConnections,
  InitialR2T,
  ImmediateData,
  MaxRecvDataSegmentLength,
  MaxBurstLength,
  FirstBurstLength,
  DefaultTime2Wait,
  DefaultTime2Retain,
  MaxOutstandingR2T,
  DataPDUInOrder,
  DataSequenceInOrder,
  ErrorRecoveryLevel,
  TaskReporting,
  ProtocolLevel,
  TargetAlias,
  TargetAddress,
  TargetPortalGroupTag,
  InitiatorName,
  InitiatorAlias,
  TargetName,
  SessionType,
  SendTargets,
};
inline constexpr std::size_t kKeyCount = 24;

// How the result of an offer and its answer is computed ("result function").
enum class KeyType : std::uint8_t {
  Digest,   // list of CRC32C and None: the first of the offer that the answer names
  Minimum,  // number: the smaller
  Maximum,  // number: the larger
  And,      // Yes or No: Yes when both say Yes
  Or,       // Yes or No: Yes when one says Yes
  FirstOf,  // list of names, of which we know the first only
  Number,   // declared: each side's own
  Text,     // declared: text, kept or not
};

enum class Sender : std::uint8_t { Initiator, Target, Both };

// Where a key may stand. "Any" includes the security stage (section 13: Any-Stage).
enum class Where : std::uint8_t { Operational, Any, FullFeature };

struct KeyRule {
  Text name;
  KeyType type;
  Sender sender;
  Where where;
  std::uint32_t minimum;  // of a number
  std::uint32_t maximum;
  std::uint32_t initial;  // the default; Yes is 1, CRC32C is 1
  std::uint32_t offer;    // what we offer in a normal session
  bool offered;           // whether we offer it at all
  bool for_discovery;     // means something in a discovery session too
};

const KeyRule& rule(Key key);
// Names are case-sensitive (section 6.1). False: not a key of the table.
bool find_key(Text name, Key& key);

constexpr bool is_declared(KeyType type) {
  return type == KeyType::Number || type == KeyType::Text;
}

}  // namespace isboot::iscsi
