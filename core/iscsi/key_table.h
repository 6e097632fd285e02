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
  IFMarker,
  OFMarker,
  IFMarkInt,
  OFMarkInt,
};
inline constexpr std::size_t kKeyCount = 28;

// How the result of an offer and its answer is computed ("result function").
enum class KeyType : std::uint8_t {
  Digest,    // list of CRC32C and None: the first of the offer that the answer names
  Minimum,   // number: the smaller
  Maximum,   // number: the larger
  And,       // Yes or No: Yes when both say Yes
  Or,        // Yes or No: Yes when one says Yes
  FirstOf,   // list of names, of which we know the first only
  Number,    // declared: each side's own
  Text,      // declared: text, kept or not
  Obsolete,  // nobody has it any more: answered Reject (section 13.25)
};

enum class Sender : std::uint8_t { Initiator, Target, Both };

// Where a key may stand. "Any" includes the security stage (section 13: Any-Stage).
enum class Where : std::uint8_t { Operational, Any, FullFeature };

// What becomes of an answer or a declaration outside of the key's range or of our offer.
enum class Outside : std::uint8_t {
  Safe,      // the nearest in range, and of both sides' values the one that neither is hurt by
  Harmless,  // as Safe, and what is no number at all is the default: nobody sends by it
  LeftOut,   // as if the target had not said it
  Refused,   // both sides must mean the same
};

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
  Outside outside;
};

const KeyRule& rule(Key key);
// Names are case-sensitive (section 6.1), but no two differ in case alone: a name in other case
// is found too. False: not a key of the table.
bool find_key(Text name, Key& key);

constexpr bool is_declared(KeyType type) {
  return type == KeyType::Number || type == KeyType::Text;
}

}  // namespace isboot::iscsi
