#include "core/iscsi/tolerance.h"

namespace isboot::iscsi {
namespace {

constexpr Text kNames[kToleranceCount] = {
    "answer outside the offer",
    "number outside the key's range",
    "no plain number",
    "neither Yes nor No",
    "list instead of one value",
    "other case",
    "blanks around it",
    "key's name that is none",
    "answer to no offer",
    "key sent twice",
    "AuthMethod without a choice",
    "operational key in the security stage",
    "AuthMethod after its stage",
    "our own key sent back",
    "no portal group tag",
    "T and a key that wants an answer",
    "last pair without a NUL",
    "no TSIH in the final response",
    "StatSN is not the one after the last",
    "ExpCmdSN is not our CmdSN",
    "T without being asked",
    "operational stage skipped",
};

constexpr std::size_t kEscaped = 4;  // "\x41"

// As much of `text` as fits.
template <std::size_t capacity>
void put(InlineText<capacity>& to, Text text) {
  (void)to.assign(part_of(text, 0, capacity));
}

}  // namespace

Text name_of(Tolerance tolerance) { return kNames[static_cast<std::size_t>(tolerance)]; }

void write_value(TextWriter& out, Text key, Text value, std::size_t most) {
  if (equal_ignoring_case(key, "CHAP_C") || equal_ignoring_case(key, "CHAP_R")) {
    out << "(not shown)";
    return;
  }
  std::size_t used = 0;
  for (const char c : value) {
    const bool plain = c >= ' ' && c <= '~';
    used += plain ? 1 : kEscaped;
    if (used > most) {
      out << "...";
      return;
    }
    if (plain)
      out << c;
    else
      (out << "\\x").hex(static_cast<std::uint8_t>(c), 2);
  }
}

InlineText<192> to_text(const Note& note) {
  std::array<char, 192> buffer{};
  TextWriter out{buffer};
  out << "target says " << note.key << '=' << note.value << " (" << name_of(note.tolerance)
      << "); taken: " << note.taken;
  InlineText<192> text;
  (void)text.assign(out.text());  // both hold 192 bytes
  return text;
}

void Notes::add(Tolerance tolerance, Text key, Text value, Text taken) {
  std::array<char, 40> buffer{};
  TextWriter shown{buffer};
  write_value(shown, key, value, buffer.size() - 3);
  Note note;
  note.tolerance = tolerance;
  put(note.key, key);
  put(note.value, shown.text());
  put(note.taken, taken);
  for (const Note& known : notes_)
    if (known.tolerance == tolerance && same_text(known.key, note.key) &&
        same_text(known.value, note.value))
      return;
  (void)notes_.push(note);
}

void Notes::add(Tolerance tolerance, Text key, Text value, std::uint64_t taken) {
  std::array<char, 20> digits{};
  TextWriter number{digits};
  number.decimal(taken);
  add(tolerance, key, value, number.text());
}

}  // namespace isboot::iscsi
