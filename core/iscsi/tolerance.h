// Rules that a target may break without doing harm: each is made safe, and told once with
// key, value and what was taken instead. This is the one list of them; what a single key's
// value may be is the key's row in key_table.h. docs/login.md shows both as a table, beside
// what is refused.
#pragma once

#include <span>

#include "core/base/list.h"
#include "core/iscsi/text_keys.h"

namespace isboot::iscsi {

enum class Tolerance : std::uint8_t {
  OutsideOffer,     // an answer that does not follow from our offer
  OutOfRange,       // a number beyond what the key may be
  NotPlain,         // a number with blanks around it, several numbers, or none where none is needed
  NotYesOrNo,       // a boolean of neither
  ListAnswered,     // a list where one of its values was wanted
  OtherCase,        // a key or a value in other case
  Blanks,           // blanks around a key's name or a word
  OddName,          // a key's name of other characters than a name has
  NoOffer,          // an answer to nothing that we offered, or that a target has not to say
  SaidTwice,        // the same key again, with another value
  NoMethod,         // AuthMethod is not understood
  EarlyKey,         // an operational key in the security stage
  LateMethod,       // the AuthMethod that holds, again after its stage
  OurOwnName,       // what we said of ourselves, said back
  GroupTag,         // a portal group tag that is none
  UnansweredKey,    // T together with a key that wants an answer
  NoNul,            // the last pair without its NUL
  NoSessionHandle,  // TSIH 0 in the final response
  StatSnJumps,      // a StatSN that is not the one after the last
  OtherCmdSn,       // an ExpCmdSN that is not our CmdSN
  TransitNotAsked,  // T without our T, with nothing left to prove
  OperationalSkipped,  // the security stage goes on to the full-feature phase
};
inline constexpr std::size_t kToleranceCount = 22;

// What is wrong, in words: "answer outside the offer".
Text name_of(Tolerance tolerance);

// Key and value as the target sent them, cut to what fits, and what holds instead.
struct Note {
  Tolerance tolerance{};
  InlineText<32> key;
  InlineText<40> value;
  InlineText<24> taken;
};

// "target says MaxConnections=8 (answer outside the offer); taken: 1"
InlineText<192> to_text(const Note& note);

// The notes of one login. What is more than kMost is left out: a target that breaks so many
// rules is known by the first of them.
class Notes {
public:
  static constexpr std::size_t kMost = 12;

  void add(Tolerance tolerance, Text key, Text value, Text taken);
  void add(Tolerance tolerance, Text key, Text value, std::uint64_t taken);
  std::span<const Note> view() const { return notes_.view(); }

private:
  List<Note, kMost> notes_;
};

// Appends what a target sent: printable ASCII as it is, other bytes as \xNN, `most`
// characters at most, then "...". The values of CHAP_C and CHAP_R never show.
void write_value(TextWriter& out, Text key, Text value, std::size_t most);

}  // namespace isboot::iscsi
