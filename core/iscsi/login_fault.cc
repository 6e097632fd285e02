#include "core/iscsi/login_fault.h"

#include "core/iscsi/chap.h"
#include "core/iscsi/login.h"
#include "core/iscsi/text_keys.h"
#include "core/iscsi/tolerance.h"

namespace isboot::iscsi {
namespace {

constexpr std::size_t kShownKey = 40;
constexpr std::size_t kShownValue = 64;

struct Field {
  std::uint32_t at;
  std::uint32_t size;
  const char* name;
};

// RFC 7143 section 11.13.
constexpr Field kFields[] = {
    {0, 1, "opcode"},         {1, 1, "flags and stages"},  {3, 1, "Version-active"},
    {4, 1, "TotalAHSLength"}, {5, 3, "DataSegmentLength"}, {16, 4, "Initiator Task Tag"},
    {36, 2, "status"},
};

// The key that an error is about, where it is not the one at the error's offset; else empty.
Text key_of(Code code) {
  if (code == LoginErrc::MethodNotOffered || code == LoginErrc::MethodRejected) return "AuthMethod";
  if (code == LoginErrc::WrongPortalGroup) return "TargetPortalGroupTag";
  if (code == LoginErrc::BadRedirect) return "TargetAddress";
  if (code == ChapErrc::AlgorithmNotOffered || code == ChapErrc::AlgorithmRejected) return "CHAP_A";
  if (code == ChapErrc::BadIdentifier) return "CHAP_I";
  if (code == ChapErrc::BadChallenge || code == ChapErrc::ReflectedChallenge ||
      code == ChapErrc::RepeatedChallenge)
    return "CHAP_C";
  if (code == ChapErrc::BadResponse || code == ChapErrc::WrongResponse) return "CHAP_R";
  return code == ChapErrc::WrongName ? Text{"CHAP_N"} : Text{};
}

bool is_of_text(Code code) {
  return code.domain() == kErrorDomain<TextErrc> &&
         code.value() < static_cast<std::uint16_t>(PduErrc::UnexpectedOpcode) &&
         code != TextErrc::TextTooLong;
}

// Errors whose offset is a byte of the header.
bool is_of_header(Code code) {
  if (code == LoginErrc::WrongTaskTag || code == LoginErrc::WrongStage ||
      code == LoginErrc::TransitNotAsked || code == LoginErrc::TextInTheMiddle ||
      code == TextErrc::TextTooLong)
    return true;
  return code.domain() == kErrorDomain<PduErrc> &&
         code.value() >= static_cast<std::uint16_t>(PduErrc::UnexpectedOpcode);
}

void write_pair(TextWriter& out, Text name, Text value) {
  write_value(out, {}, name, kShownKey);
  out << '=';
  write_value(out, name, value, kShownValue);
  out << ' ';
}

// What is no pair is shown as it came.
void write_pair_at(TextWriter& out, Text text, std::uint32_t offset) {
  const Text rest = part_of(text, offset);
  const Text pair = part_of(rest, 0, position_of(rest, '\0'));
  const std::size_t equals = position_of(pair, '=');
  if (equals != Text::npos)
    return write_pair(out, part_of(pair, 0, equals), part_of(pair, equals + 1));
  out << '"';
  write_value(out, {}, pair, kShownValue);
  out << "\" ";
}

void write_key(TextWriter& out, Text text, Text wanted) {
  TextKeyReader reader{as_bytes(text)};
  for (;;) {
    const auto key = reader.next();
    if (!key || !*key) break;
    if (equal_ignoring_case((*key)->name, wanted)) return write_pair(out, wanted, (*key)->value);
  }
  out << wanted << " missing ";
}

void write_field(TextWriter& out, Bytes header, std::uint32_t offset) {
  for (const Field& field : kFields) {
    if (field.at != offset || field.at + field.size > header.size()) continue;
    std::uint64_t value = 0;
    for (std::uint32_t i = 0; i < field.size; ++i) value = value << 8 | header[field.at + i];
    (out << field.name << " 0x").hex(value, std::size_t{2} * field.size) << ' ';
  }
}

}  // namespace

FaultText fault_text(const Error& error, Stage stage, Bytes header, Bytes text) {
  std::array<char, 160> buffer{};
  TextWriter out{buffer};
  if (const Text key = key_of(error.code); !key.empty())
    write_key(out, as_text(text), key);
  else if (is_of_text(error.code) || error.code == LoginErrc::UnexpectedSecurity)
    write_pair_at(out, as_text(text), error.offset);
  else if (is_of_header(error.code))
    write_field(out, header, error.offset);
  out << (stage == Stage::Security ? "in the security stage" : "in the operational stage");
  FaultText words;
  (void)words.assign(out.text());  // both hold 160 bytes
  return words;
}

}  // namespace isboot::iscsi
