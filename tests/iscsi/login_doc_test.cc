// docs/login.md is true: its diagram has exactly the transitions that a login makes, and
// its table of keys is the table that the code uses.
#include <fstream>
#include <set>
#include <sstream>

#include "testing/chap_target.h"
#include "tests/iscsi/login_fixture.h"

namespace isboot::iscsi {
namespace {

using isboot::testing::ChapTarget;
using isboot::testing::go_on;
using isboot::testing::operational_done;
using isboot::testing::plain_login;
using isboot::testing::ScriptedReply;
using isboot::testing::ScriptedTarget;
using isboot::testing::security_done;
using isboot::testing::text_of;
using Kind = LoginStep::Kind;
using Transitions = std::set<std::pair<std::string, std::string>>;
using Script = std::vector<ScriptedReply>;

const char* name_of(LoginState state) {
  switch (state) {
    case LoginState::Idle:
      return "Idle";
    case LoginState::MethodOffered:
      return "MethodOffered";
    case LoginState::AlgorithmsOffered:
      return "AlgorithmsOffered";
    case LoginState::ProofSent:
      return "ProofSent";
    case LoginState::SecurityDone:
      return "SecurityDone";
    case LoginState::Operational:
      return "Operational";
    case LoginState::Complete:
      return "Complete";
    case LoginState::Redirected:
      return "Redirected";
    case LoginState::Failed:
      return "Failed";
  }
  return "";
}

std::string document() {
  std::ifstream file{ISBOOT_FIXTURES "/../../docs/login.md"};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Lines "A --> B: why" of the document.
Transitions documented() {
  Transitions found;
  std::istringstream lines{document()};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string from;
    std::string arrow;
    std::string to;
    words >> from >> arrow >> to;
    if (arrow != "-->") continue;
    if (!to.empty() && to.back() == ':') to.pop_back();
    if (from != "[*]" && to != "[*]") found.emplace(from, to);
  }
  return found;
}

class LoginDocTest : public LoginTest {
protected:
  // Plays the script a whole response at a time, and notes every change of state.
  void walk(Script script) {
    ScriptedTarget peer{std::move(script)};
    Login machine{config, hash, entropy};
    LoginState before = machine.state();
    LoginStep step = machine.start();
    for (;;) {
      walked.emplace(name_of(before), name_of(machine.state()));
      if (step.kind != Kind::Send) return;
      before = machine.state();
      const auto reply = peer.respond(step.send);
      if (reply.empty()) return;
      step = machine.on_bytes(Bytes{reply}.first(48));
      if (step.kind == Kind::Receive) step = machine.on_bytes(Bytes{reply}.subspan(48));
    }
  }
  // The honest script up to `count` replies, then each way out that every state has.
  void walk_out(const Script& honest, std::size_t count) {
    ScriptedReply moved;
    moved.status_class = 1;
    moved.status_detail = 1;
    moved.text = text_of({"TargetAddress=10.0.0.9"});
    ScriptedReply refused;
    refused.status_class = 3;
    ScriptedReply continued;
    continued.continues = true;
    for (const ScriptedReply& way : {moved, refused, continued}) {
      Script script{honest.begin(), honest.begin() + static_cast<long>(count)};
      script.push_back(way);
      walk(script);
    }
  }

  Transitions walked;
};

TEST_F(LoginDocTest, ShowsExactlyTheTransitionsThatThereAre) {
  ScriptedReply stay;
  ScriptedReply none;
  none.text = text_of({"AuthMethod=None"});

  walk(plain_login());
  const Script slow = {stay, none, stay, go_on(), stay, operational_done()};
  walk(slow);
  for (std::size_t count = 0; count < slow.size(); ++count) walk_out(slow, count);

  // A target that skips the operational stage.
  ScriptedReply to_the_end = security_done();
  to_the_end.next_stage = 3;
  walk({to_the_end});
  walk({none, to_the_end});

  config.skips_security = true;
  walk({operational_done()});
  config.skips_security = false;

  (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  Script chap = ChapTarget{hash}.script();
  walk(chap);
  for (std::size_t count = 0; count < chap.size(); ++count) walk_out(chap, count);
  chap[2].transit = false;
  chap.insert(chap.begin() + 3, go_on());
  walk(chap);
  chap[2].transit = true;
  chap[2].next_stage = 3;
  walk(chap);

  (void)config.credentials.reverse_secret.assign(as_bytes("initiator's secret"));
  walk({});
  EXPECT_EQ(walked, documented());
}

std::string shown(const KeyRule& row) {
  constexpr const char* kTypes[] = {"list", "minimum",  "maximum",  "and",     "or",
                                    "list", "declared", "declared", "obsolete"};
  constexpr const char* kSenders[] = {"initiator", "target", "both"};
  constexpr const char* kPlaces[] = {"operational", "any stage", "full feature"};
  const auto value = [&row](std::uint32_t number) -> std::string {
    if (row.type == KeyType::And || row.type == KeyType::Or) return number != 0 ? "Yes" : "No";
    if (row.type == KeyType::Digest) return number != 0 ? "CRC32C" : "None";
    if (row.type == KeyType::FirstOf) return "RFC3720";
    return row.type == KeyType::Text || row.type == KeyType::Obsolete ? "" : std::to_string(number);
  };
  const bool number =
      row.type == KeyType::Minimum || row.type == KeyType::Maximum || row.type == KeyType::Number;
  return "| " + std::string{row.name} + " | " + kTypes[static_cast<int>(row.type)] + " | " +
         kSenders[static_cast<int>(row.sender)] + " | " + kPlaces[static_cast<int>(row.where)] +
         " | " +
         (number ? std::to_string(row.minimum) + " to " + std::to_string(row.maximum) : "") +
         " | " + value(row.initial) + " | " + (row.offered ? value(row.offer) : "") + " |";
}

TEST_F(LoginDocTest, ListsEveryRuleThatATargetMayBreak) {
  const std::string text = document();
  for (std::size_t i = 0; i < kToleranceCount; ++i) {
    const std::string row = "| " + std::string{name_of(static_cast<Tolerance>(i))} + " |  | ";
    EXPECT_NE(text.find(row), std::string::npos) << "docs/login.md lacks\n" << row;
  }
}

TEST_F(LoginDocTest, ListsEveryKeyAsTheCodeHasIt) {
  const std::string text = document();
  for (std::size_t i = 0; i < kKeyCount; ++i) {
    const std::string row = shown(rule(static_cast<Key>(i)));
    EXPECT_NE(text.find(row), std::string::npos) << "docs/login.md lacks\n" << row;
  }
}

}  // namespace
}  // namespace isboot::iscsi
