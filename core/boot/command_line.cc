#include "core/boot/command_line.h"

namespace isboot::boot {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0'; }

Text unquoted(Text text) {
  if (!text.empty() && text.front() == '"') text = slice(text, 1);
  if (!text.empty() && text.back() == '"') text = slice(text, 0, text.size() - 1);
  return text;
}

bool contains_ignoring_case(Text text, Text part) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (starts_with_ignoring_case(slice(text, i), part)) return true;
  return false;
}

}  // namespace

std::optional<Word> next_word(Text& rest) {
  while (!rest.empty() && is_space(rest.front())) rest = slice(rest, 1);
  if (rest.empty()) return std::nullopt;
  std::size_t end = 0;
  bool quoted = false;
  for (; end < rest.size() && (quoted || !is_space(rest[end])); ++end)
    if (rest[end] == '"') quoted = !quoted;
  const Text whole = rest;
  Text text = slice(whole, 0, end);
  rest = slice(whole, end);
  if (text.front() == '"') text = unquoted(text);
  const std::size_t equals = find(text, '=');
  if (equals == Text::npos) return Word{text, {}, false};
  return Word{slice(text, 0, equals), unquoted(slice(text, equals + 1)), true};
}

Text shown_value(const Word& word) {
  const bool secret = contains_ignoring_case(word.name, "password") ||
                      contains_ignoring_case(word.name, "secret") ||
                      find(word.value, '@') != Text::npos;
  return secret ? Text{"(hidden)", 8} : word.value;
}

}  // namespace isboot::boot
