#include "core/base/log_line.h"

namespace isboot {

void format_log_line(std::uint64_t since, Text line, TextWriter& out) {
  const std::uint64_t fraction = since % 1000;
  out << "isboot: ";
  out.decimal(since / 1000) << '.' << static_cast<char>('0' + fraction / 100)
                            << static_cast<char>('0' + fraction / 10 % 10)
                            << static_cast<char>('0' + fraction % 10) << ' ';
  for (const char c : line) out << (static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
}

}  // namespace isboot
