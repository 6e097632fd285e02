#include "core/base/host_name.h"

namespace isboot {
namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_label(Text label) {
  if (label.empty() || label.size() > kMaxLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  for (const char c : label)
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_') return false;
  return true;
}

bool is_number(Text label) {
  for (const char c : label)
    if (!is_digit(c)) return false;
  return true;
}

}  // namespace

bool is_dns_name(Text text) {
  if (!text.empty() && text.back() == '.') text = part_of(text, 0, text.size() - 1);
  if (text.empty() || text.size() > kMaxName) return false;
  for (Text rest = text;;) {
    const std::size_t dot = position_of(rest, '.');
    const Text label = part_of(rest, 0, dot);
    if (!is_label(label)) return false;
    if (dot == Text::npos) return !is_number(label);
    rest = part_of(rest, dot + 1);
  }
}

}  // namespace isboot
