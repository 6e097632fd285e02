#include "core/base/log_line.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot {
namespace {

std::string formatted(std::uint64_t since, Text line) {
  std::array<char, 64> buffer{};
  TextWriter out{buffer};
  format_log_line(since, line, out);
  return std::string{out.text()};
}

TEST(LogLine, WritesSecondsWithThreePlaces) {
  EXPECT_EQ(formatted(41, "eth0 up"), "isboot: 0.041 eth0 up");
  EXPECT_EQ(formatted(12'305, "x"), "isboot: 12.305 x");
}

TEST(LogLine, LetsNoControlCharacterThrough) {
  EXPECT_EQ(formatted(0, "a\nb\x1b[2Jc\x7f"), "isboot: 0.000 a?b?[2Jc?");
}

TEST(LogLine, CutsWhatIsTooLong) { EXPECT_EQ(formatted(0, std::string(100, 'x')).size(), 64U); }

}  // namespace
}  // namespace isboot
