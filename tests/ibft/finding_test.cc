#include "core/ibft/finding.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

namespace isboot::ibft::test {
namespace {

// Code → severity of each row of the table in docs/ibft.md: "| `code` | severity | …".
std::map<std::string, std::string> documented() {
  std::ifstream file{ISBOOT_FIXTURES "/../../docs/ibft.md"};
  EXPECT_TRUE(file);
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(file, line);) {
    const std::size_t code_end = line.find("` | ", 3);
    const std::size_t severity_end = line.find(" | ", code_end + 4);
    if (!line.starts_with("| `") || code_end == line.npos || severity_end == line.npos) continue;
    const std::string severity = line.substr(code_end + 4, severity_end - code_end - 4);
    if (severity == "note" || severity == "warning" || severity == "error")
      rows[line.substr(3, code_end - 3)] = severity;
  }
  return rows;
}

TEST(IbftFindings, AreAllInTheDocument) {
  std::map<std::string, std::string> rows = documented();
  for (unsigned code = 1; code <= static_cast<unsigned>(kLastFindingCode); ++code) {
    const FindingRule& rule = rule_of(static_cast<FindingCode>(code));
    SCOPED_TRACE(rule.id);
    ASSERT_EQ(rows.count(rule.id), 1U);
    EXPECT_EQ(rows[rule.id], to_text(rule.severity));
    rows.erase(rule.id);
  }
  EXPECT_TRUE(rows.empty()) << "the document has a code that is not: " << rows.begin()->first;
}

TEST(IbftFindings, HaveEachTheirOwnName) {
  std::set<std::string> names;
  for (unsigned code = 1; code <= static_cast<unsigned>(kLastFindingCode); ++code) {
    const FindingRule& rule = rule_of(static_cast<FindingCode>(code));
    EXPECT_TRUE(names.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(std::string{rule.message}.empty());
  }
}

TEST(IbftFindings, NameTheirStructure) {
  EXPECT_EQ(to_text(Place{StructureKind::Header, 0}).view(), "header");
  EXPECT_EQ(to_text(Place{StructureKind::Initiator, 0}).view(), "initiator");
  EXPECT_EQ(to_text(Place{StructureKind::Target, 1}).view(), "target1");
  EXPECT_EQ(to_text(Place{StructureKind::Extension, 255}).view(), "extension255");
}

TEST(IbftFindings, CountErrorsThatHaveNoRoom) {
  Findings findings;
  for (std::size_t i = 0; i < kMaxFindings; ++i)
    findings.add(FindingCode::Revision, {}, 0, "revision");
  EXPECT_FALSE(findings.has_errors());
  findings.add(FindingCode::PortZero, {}, 0, "port");
  EXPECT_TRUE(findings.has_errors());
  EXPECT_EQ(findings.dropped, 1U);
}

}  // namespace
}  // namespace isboot::ibft::test
