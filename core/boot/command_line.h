// A kernel command line, word by word: separated by white space, double quotes hold one
// together. The kernel lets them stand around the whole word or around the value:
// "isboot.nic=eth 0" and isboot.nic="eth 0" are the same.
#pragma once

#include <optional>

#include "core/base/text.h"

namespace isboot::boot {

struct Word {
  Text name;  // both borrow from the line
  Text value;
  bool has_value = false;
};

// Takes the first word off `rest`; nothing when there is none left.
std::optional<Word> next_word(Text& rest);

// The value of a word for messages: not one with an '@', in front of which a secret may stand, and
// not that of a word that is called a password or a secret.
Text shown_value(const Word& word);

}  // namespace isboot::boot
