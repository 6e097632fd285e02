#include "core/boot/command_line.h"

namespace isboot::boot {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0'; }

// As the kernel takes them off: one at either end, its partner or not.
Text without_double_quotes(Text text) {
  if (!text.empty() && text.front() == '"') text = part_of(text, 1);
  if (!text.empty() && text.back() == '"') text = part_of(text, 0, text.size() - 1);
  return text;
}

bool contains_ignoring_case(Text text, Text part) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (starts_with_ignoring_case(part_of(text, i), part)) return true;
  return false;
}

}  // namespace

std::optional<Word> next_word(Text& rest) {
  while (!rest.empty() && is_space(rest.front())) rest = part_of(rest, 1);
  if (rest.empty()) return std::nullopt;
  std::size_t end = 0;
  bool quoted = false;
  for (; end < rest.size() && (quoted || !is_space(rest[end])); ++end)
    if (rest[end] == '"') quoted = !quoted;
  const Text whole = rest;
  Text text = part_of(whole, 0, end);
  rest = part_of(whole, end);
  if (text.front() == '"') text = without_double_quotes(text);
  const std::size_t equals = position_of(text, '=');
  if (equals == Text::npos) return Word{text, {}, false};
  return Word{part_of(text, 0, equals), without_double_quotes(part_of(text, equals + 1)), true};
}

Text shown_value(const Word& word) {
  const bool secret = contains_ignoring_case(word.name, "password") ||
                      contains_ignoring_case(word.name, "secret") ||
                      position_of(word.value, '@') != Text::npos;
  return secret ? Text{"(hidden)", 8} : word.value;
}

}  // namespace isboot::boot
