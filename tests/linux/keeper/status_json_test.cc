#include "platform/linux/keeper/status_json.h"

#include <gtest/gtest.h>

#include "platform/linux/initiator/linux_initiator.h"
#include "testing/fake_clock.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/fake_log.h"
#include "tests/linux/keeper/fake_errands.h"
#include "tests/linux/keeper/fake_journal.h"
#include "tests/linux/keeper/fake_multipath.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

class StatusJsonTest : public ::testing::Test {
protected:
  std::string status(SessionRecord record, Text disk_id = "naa.6001") {
    const KeptSession session{
        record, {clock_, log_, hash_, entropy_, initiator_, nics_, journal_, errands_, multipath_}};
    std::array<char, 2048> buffer{};
    StatusJson json{buffer};
    json.append(session, disk_id, false, clock_, log_);
    const auto text = json.finish();
    return text ? std::string{*text} : std::string{"too long"};
  }

  testing::FakeClock clock_;
  testing::FakeLog log_;
  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  LinuxInitiator initiator_{clock_};
  NicMender nics_{clock_, log_};
  FakeJournal journal_;
  FakeErrands errands_;
  FakeMultipath multipath_;
};

TEST_F(StatusJsonTest, NamesTheSessionAndItsState) {
  const std::string text = status(full_record());
  EXPECT_NE(text.find(R"("session":3)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("target":"iqn.2026-11.org.example:disk")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("portal":"10.0.2.2:3261")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("disk_id":"naa.6001")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("history":[])"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("state":"created")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("last_error":null)"), std::string::npos) << text;
}

TEST_F(StatusJsonTest, ShowsNoSecret) {
  const std::string text = status(full_record());
  EXPECT_EQ(text.find("twelve bytes"), std::string::npos);
  EXPECT_EQ(text.find("another long"), std::string::npos);
}

TEST_F(StatusJsonTest, EscapesWhatATargetMayCallItself) {
  SessionRecord record = full_record();
  (void)record.kernel.target_name.assign("a\"b\\c\nd");
  EXPECT_NE(status(record).find(R"("target":"a\"b\\c\u000ad")"), std::string::npos);
}

// A name from a table, and a disk's name string (VPD page 0x83) as sysfs shows it, may hold any
// byte.
TEST_F(StatusJsonTest, IsUtf8WhateverATargetCallsItself) {
  SessionRecord record = full_record();
  (void)record.kernel.target_name.assign("iqn.\xe9:gr\xc3\xbc\xc3");
  const std::string text = status(record, "t10.\xff\x80");
  EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_NE(text.find("\"target\":\"iqn.\\\\xe9:gr\xc3\xbc\\\\xc3\""), std::string::npos) << text;
  EXPECT_NE(text.find(R"("disk_id":"t10.\\xff\\x80")"), std::string::npos) << text;
}

TEST_F(StatusJsonTest, SaysWhenItDoesNotFit) {
  std::array<char, 8> small{};
  StatusJson json{small};
  EXPECT_EQ(json.finish().error().code, Errc::NoSpace);
}

}  // namespace
}  // namespace isboot::linux_platform
