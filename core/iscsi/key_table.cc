#include "core/iscsi/key_table.h"

namespace isboot::iscsi {
namespace {

constexpr std::uint32_t kMax24 = 0xffffff;
constexpr std::uint32_t k256K = 262144;

// The offers suit a disk that is used for years: a large segment and large bursts
// save headers and round trips, InitialR2T=No and ImmediateData save one more per
// write; no waiting and no retaining, because the session is reinstated at once.
// clang-format off
constexpr KeyRule kRules[kKeyCount] = {
    // name                      type             sender             where               minimum maximum initial   offer    offered discovery outside              section of RFC 7143
    {"HeaderDigest",             KeyType::Digest,  Sender::Both,      Where::Operational, 0,   1,      0,         0,        true,  true,  Outside::Refused},  // 13.1
    {"DataDigest",               KeyType::Digest,  Sender::Both,      Where::Operational, 0,   1,      0,         0,        true,  true,  Outside::Refused},  // 13.1
    {"MaxConnections",           KeyType::Minimum, Sender::Both,      Where::Operational, 1,   65535,  1,         1,        true,  false, Outside::Harmless}, // 13.2
    {"InitialR2T",               KeyType::Or,      Sender::Both,      Where::Operational, 0,   1,      1,         0,        true,  false, Outside::Safe},     // 13.10
    {"ImmediateData",            KeyType::And,     Sender::Both,      Where::Operational, 0,   1,      1,         1,        true,  false, Outside::Safe},     // 13.11
    {"MaxRecvDataSegmentLength", KeyType::Number,  Sender::Both,      Where::Operational, 512, kMax24, 8192,      k256K,    true,  true,  Outside::Safe},     // 13.12
    {"MaxBurstLength",           KeyType::Minimum, Sender::Both,      Where::Operational, 512, kMax24, k256K,     16776192, true,  false, Outside::Safe},     // 13.13
    {"FirstBurstLength",         KeyType::Minimum, Sender::Both,      Where::Operational, 512, kMax24, 65536,     k256K,    true,  false, Outside::Safe},     // 13.14
    {"DefaultTime2Wait",         KeyType::Maximum, Sender::Both,      Where::Operational, 0,   3600,   2,         0,        true,  true,  Outside::Harmless}, // 13.15
    {"DefaultTime2Retain",       KeyType::Minimum, Sender::Both,      Where::Operational, 0,   3600,   20,        0,        true,  true,  Outside::Harmless}, // 13.16
    {"MaxOutstandingR2T",        KeyType::Minimum, Sender::Both,      Where::Operational, 1,   65535,  1,         1,        true,  false, Outside::Harmless}, // 13.17
    {"DataPDUInOrder",           KeyType::Or,      Sender::Both,      Where::Operational, 0,   1,      1,         1,        true,  false, Outside::Safe},     // 13.18
    {"DataSequenceInOrder",      KeyType::Or,      Sender::Both,      Where::Operational, 0,   1,      1,         1,        true,  false, Outside::Safe},     // 13.19
    {"ErrorRecoveryLevel",       KeyType::Minimum, Sender::Both,      Where::Operational, 0,   2,      0,         0,        true,  true,  Outside::Harmless}, // 13.20
    {"TaskReporting",            KeyType::FirstOf, Sender::Both,      Where::Operational, 0,   0,      0,         0,        false, false, Outside::LeftOut},  // 13.23
    {"iSCSIProtocolLevel",       KeyType::Minimum, Sender::Both,      Where::Operational, 0,   31,     1,         1,        false, false, Outside::Harmless}, // 13.24, RFC 7144
    {"TargetAlias",              KeyType::Text,    Sender::Target,    Where::Any,         0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.6
    {"TargetAddress",            KeyType::Text,    Sender::Target,    Where::Any,         0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.8
    {"TargetPortalGroupTag",     KeyType::Number,  Sender::Target,    Where::Any,         0,   65535,  0,         0,        false, true,  Outside::LeftOut},  // 13.9
    {"InitiatorName",            KeyType::Text,    Sender::Initiator, Where::Any,         0,   0,      0,         0,        false, true,  Outside::Refused},  // 13.5
    {"InitiatorAlias",           KeyType::Text,    Sender::Initiator, Where::Any,         0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.7
    {"TargetName",               KeyType::Text,    Sender::Both,      Where::Any,         0,   0,      0,         0,        false, true,  Outside::Refused},  // 13.4
    {"SessionType",              KeyType::Text,    Sender::Initiator, Where::Any,         0,   0,      0,         0,        false, true,  Outside::Refused},  // 13.21
    {"SendTargets",              KeyType::Text,    Sender::Initiator, Where::FullFeature, 0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.3
    {"IFMarker",                 KeyType::Obsolete, Sender::Both,      Where::Operational, 0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.25
    {"OFMarker",                 KeyType::Obsolete, Sender::Both,      Where::Operational, 0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.25
    {"IFMarkInt",                KeyType::Obsolete, Sender::Both,      Where::Operational, 0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.25
    {"OFMarkInt",                KeyType::Obsolete, Sender::Both,      Where::Operational, 0,   0,      0,         0,        false, true,  Outside::LeftOut},  // 13.25
};
// clang-format on

}  // namespace

const KeyRule& rule(Key key) { return kRules[static_cast<std::size_t>(key)]; }

bool find_key(Text name, Key& key) {
  for (std::size_t i = 0; i < kKeyCount; ++i) {
    if (!equal_ignoring_case(kRules[i].name, name)) continue;
    key = static_cast<Key>(i);
    return true;
  }
  return false;
}

}  // namespace isboot::iscsi
