#include "app/iscsid/node_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linux/keeper/records.h"

namespace isboot::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(NodeRecord, StandsWhereIscsidLooksForIt) {
  const NodeRecord node = node_record(linux_platform::full_record(), 1);
  EXPECT_THAT(node.folders, ElementsAre("iqn.2026-11.org.example:disk", "10.0.2.2,3261,1"));
  EXPECT_EQ(node.name, "default");
}

TEST(NodeRecord, NoTargetsNameLeadsOutOfItsFolder) {
  EXPECT_TRUE(has_safe_folders(node_record(linux_platform::full_record(), 1)));
  for (const char* name : {"../../cron.d", "..", "iqn.2026-11.org.example:a/b", "/etc"}) {
    auto session = linux_platform::full_record();
    ASSERT_TRUE(session.kernel.target_name.assign(name));
    EXPECT_FALSE(has_safe_folders(node_record(session, 1))) << name;
  }
}

TEST(NodeRecord, SaysWhatALoginTakes) {
  const std::string text = node_record(linux_platform::full_record(), 1).text;
  for (const char* line :
       {"# BEGIN RECORD\n", "node.name = iqn.2026-11.org.example:disk\n", "node.tpgt = 1\n",
        "iface.initiatorname = iqn.2026-11.org.example:host\n",
        "node.session.timeo.replacement_timeout = 600\n", "node.session.auth.authmethod = CHAP\n",
        "node.session.auth.username = host\n",
        "node.session.auth.password = twelve bytes or more\n",
        "node.session.auth.password_in = another long secret\n",
        "node.conn[0].address = 10.0.2.2\n", "node.conn[0].port = 3261\n",
        "node.conn[0].iscsi.DataDigest = CRC32C,None\n", "# END RECORD\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(NodeRecord, HoldsIoForLongWithoutALimitAndNamesNoCredentials) {
  auto session = linux_platform::full_record();
  session.kernel.recovery_timeout.reset();
  session.login.credentials = {};
  const std::string text = node_record(session, 1).text;
  EXPECT_THAT(text, HasSubstr("replacement_timeout = 2592000\n"));
  EXPECT_THAT(text, Not(HasSubstr("auth")));
}

TEST(InitialCmdSn, IsWhatIscsidsRecordSays) {
  const std::pair<Text, std::uint32_t> kRows[] = {
      {"node.session.initial_cmdsn = 7\n", 7},
      {"# BEGIN\nnode.name = x\nnode.session.initial_cmdsn = 4294967295\nnode.tpgt = 1\n",
       UINT32_MAX},
      {"node.session.initial_cmdsn = 12", 12},
      {"node.session.initial_cmdsn = many\n", 0},
      {"node.session.initial_cmdsn_max = 9\n", 0},
      {"node.name = x\n", 0},
      {"", 0},
  };
  for (const auto& [text, number] : kRows) EXPECT_EQ(initial_cmd_sn_in(text), number) << text;
}

}  // namespace
}  // namespace isboot::app
