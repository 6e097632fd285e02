#include "core/ibft/finding.h"

namespace isboot::ibft {
namespace {

using Code = FindingCode;

// In the order of the enum: rule_of() is an index.
constexpr FindingRule kRules[] = {
    {Code::InputTooShort, Severity::Error, "input-too-short",
     "the input ends before the header does"},
    {Code::BadSignature, Severity::Error, "bad-signature", "this is no iBFT"},
    {Code::LengthTooShort, Severity::Error, "length-too-short", "no room for a control structure"},
    {Code::LengthPastInput, Severity::Error, "length-past-input",
     "the table is longer than the input"},
    {Code::LengthUnreachable, Severity::Warning, "length-unreachable",
     "longer than 16-bit offsets can reach"},
    {Code::BadChecksum, Severity::Error, "bad-checksum",
     "the bytes of the table do not sum up to 0"},
    {Code::Revision, Severity::Note, "revision", "this revision is not known, read as revision 1"},
    {Code::ControlMissing, Severity::Error, "control-missing",
     "no control structure behind the header: nothing can be found"},
    {Code::OffsetPastEnd, Severity::Error, "offset-past-end", "points behind the end of the table"},
    {Code::OffsetInHeader, Severity::Error, "offset-in-header",
     "points into the header or the control structure"},
    {Code::OffsetTwice, Severity::Warning, "offset-twice",
     "points at a structure that was already found, read once"},
    {Code::OffsetUnaligned, Severity::Note, "offset-unaligned", "not a multiple of 8"},
    {Code::OffsetHalf, Severity::Note, "offset-half", "one byte is left behind the last offset"},
    {Code::StructureUnknown, Severity::Warning, "structure-unknown",
     "structure id is not known, skipped"},
    {Code::StructureUnexpected, Severity::Warning, "structure-unexpected",
     "another kind of structure than the offset is for, read as what it is"},
    {Code::StructureExtra, Severity::Warning, "structure-extra", "a second initiator, skipped"},
    {Code::StructureTooMany, Severity::Warning, "structure-too-many",
     "more structures of this kind than isboot keeps, skipped"},
    {Code::StructureVersion, Severity::Note, "structure-version",
     "this version is not known, read as version 1"},
    {Code::StructureEmpty, Severity::Error, "structure-empty",
     "the length does not even cover the structure's own header, skipped"},
    {Code::StructureShort, Severity::Warning, "structure-short",
     "shorter than its fields, those behind the end are taken as absent"},
    {Code::StructureLong, Severity::Note, "structure-long",
     "longer than the fields that are known"},
    {Code::StructurePastEnd, Severity::Error, "structure-past-end",
     "runs past the end of the table, fields behind it are taken as absent"},
    {Code::StructureOverlap, Severity::Error, "structure-overlap",
     "shares bytes with another structure"},
    {Code::FlagsUnknown, Severity::Note, "flags-unknown", "flags that are not known are set"},
    {Code::IndexRepeated, Severity::Warning, "index-repeated",
     "another structure of this kind has the same index"},
    {Code::StringPastEnd, Severity::Error, "string-past-end",
     "runs past the end of the table, taken as absent"},
    {Code::StringWithoutOffset, Severity::Warning, "string-without-offset",
     "has a length but no offset, taken as absent"},
    {Code::StringWithoutLength, Severity::Note, "string-without-length",
     "has an offset but no length, taken as absent"},
    {Code::StringOverlap, Severity::Warning, "string-overlap", "shares bytes with a structure"},
    {Code::StringUnterminated, Severity::Note, "string-unterminated", "no NUL behind it"},
    {Code::StringNulCounted, Severity::Note, "string-nul-counted",
     "the length counts the NUL at its end"},
    {Code::StringNulInside, Severity::Warning, "string-nul-inside",
     "has a NUL inside, ends there for every reader"},
    {Code::StringNotUtf8, Severity::Warning, "string-not-utf8", "is not UTF-8"},
    {Code::InitiatorMissing, Severity::Error, "initiator-missing", "no initiator structure"},
    {Code::NicMissing, Severity::Error, "nic-missing", "no NIC structure"},
    {Code::TargetMissing, Severity::Error, "target-missing", "no target structure"},
    {Code::BootTargetMissing, Severity::Warning, "boot-target-missing",
     "no target is boot-selected"},
    {Code::BootTargetSeveral, Severity::Note, "boot-target-several",
     "another target before this one is boot-selected too"},
    {Code::BlockNotValid, Severity::Warning, "block-not-valid",
     "boot-selected but not valid, taken as valid"},
    {Code::NameMissing, Severity::Error, "name-missing", "has no iSCSI name"},
    {Code::NameFormat, Severity::Warning, "name-format", "is no iqn., eui. or naa. name"},
    {Code::TextTooLong, Severity::Error, "text-too-long",
     "is longer than a login can hold: 223 bytes of an iSCSI name, 255 of CHAP's"},
    {Code::MacZero, Severity::Error, "mac-zero", "is zero: no NIC can be found by it"},
    {Code::MacMulticast, Severity::Error, "mac-multicast", "is a group address: no NIC has it"},
    {Code::AddressMissing, Severity::Error, "address-missing", "has no address"},
    {Code::AddressNotHost, Severity::Error, "address-not-host", "is multicast or loopback"},
    {Code::AddressReserved, Severity::Warning, "address-reserved",
     "is reserved; by IPv6 some firmware leaves the first bytes of the target's here: next: "
     "isboot.url= with the target"},
    {Code::PrefixZero, Severity::Warning, "prefix-zero",
     "is 0: every address would be on the link"},
    {Code::PrefixTooLong, Severity::Error, "prefix-too-long", "is longer than the address"},
    {Code::OriginUnknown, Severity::Note, "origin-unknown", "is not known"},
    {Code::GatewayOutside, Severity::Warning, "gateway-outside", "is outside the NIC's own prefix"},
    {Code::VlanRange, Severity::Error, "vlan-range", "is above 4094"},
    {Code::PortZero, Severity::Error, "port-zero", "is 0"},
    {Code::LunFormat, Severity::Note, "lun-format",
     "neither peripheral nor flat: it has no plain number"},
    {Code::ChapUnknown, Severity::Error, "chap-unknown", "is neither none, CHAP nor mutual CHAP"},
    {Code::ChapNameMissing, Severity::Error, "chap-name-missing", "the CHAP type wants it"},
    {Code::ChapSecretMissing, Severity::Error, "chap-secret-missing", "the CHAP type wants it"},
    {Code::ChapUnused, Severity::Warning, "chap-unused",
     "is there, but the CHAP type does not use it"},
    {Code::NicIndexUnknown, Severity::Error, "nic-index-unknown", "no NIC has this index"},
    {Code::NicNotValid, Severity::Error, "nic-not-valid",
     "the NIC of this boot-selected target is not valid"},
    {Code::FamilyMismatch, Severity::Warning, "family-mismatch",
     "not of the same family as the address of its NIC"},
    {Code::TargetUnreachable, Severity::Warning, "target-unreachable",
     "outside the NIC's prefix, and there is no gateway"},
    {Code::Rebuilt, Severity::Note, "rebuilt",
     "rebuilt from another reader's view: this was not to be seen there"},
};
constexpr std::size_t kRuleCount = sizeof kRules / sizeof kRules[0];

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRuleCount; ++i)
    if (static_cast<std::size_t>(kRules[i].code) != i + 1) return false;
  return kRules[kRuleCount - 1].code == kLastFindingCode;
}
static_assert(in_order(), "a rule for each code, in the order of the codes");

constexpr Text kKindNames[] = {"header", "control", "initiator", "nic", "target", "extension"};

}  // namespace

const FindingRule& rule_of(FindingCode code) { return kRules[static_cast<std::size_t>(code) - 1]; }

Text to_text(Severity severity) {
  constexpr Text kNames[] = {"note", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

InlineText<12> to_text(Place place) {
  std::array<char, 12> buffer{};
  TextWriter out{buffer};
  out << kKindNames[static_cast<std::size_t>(place.kind)];
  if (place.kind >= StructureKind::Nic) out.decimal(place.number);
  InlineText<12> text;
  (void)text.assign(out.text());  // fits: "extension" and three digits
  return text;
}

void Findings::add(FindingCode code, Place place, std::uint32_t offset, const char* field) {
  const FindingRule& rule = rule_of(code);
  if (rule.severity == Severity::Error) ++errors;
  if (full()) {
    ++dropped;
    return;
  }
  items[count++] = {code, rule.severity, place.kind, place.number, offset, field, rule.message};
}

}  // namespace isboot::ibft
