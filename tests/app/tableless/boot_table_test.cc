#include "app/tableless/boot_table.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/app/tableless/boot_table_fixture.h"

namespace isboot::app {
namespace {

TEST_F(BootTableTest, RootPathNamesTheTargetWhenNothingElseDoes) {
  write("run/net-eth0.conf",
        "DEVICE='eth0'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.255.0'\n"
        "ROOTPATH='iscsi:10.0.2.9:::2:iqn.2026-11.org.example:other'\n");
  const boot::Plan path = plan("ip=dhcp");
  ASSERT_EQ(path.count, 1U);
  EXPECT_EQ(source_, "DHCP root path");
  EXPECT_EQ(path[0].portal.address, IpAddress::v4(10, 0, 2, 9));
  EXPECT_EQ(plan(kUrl + "ip=dhcp")[0].portal.address, IpAddress::v4(10, 0, 2, 2));
  // Without ip=dhcp nobody has asked.
  (void)plan("quiet");
  EXPECT_EQ(error_->code, Errc::NotFound);
}

TEST_F(BootTableTest, ARootPathThatCannotBeUsedIsAFaultAndShowsNoSecret) {
  write("run/net-eth0.conf",
        "DEVICE='eth0'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.255.0'\n"
        "ROOTPATH='iscsi:us:not-a-secret-1@10.0.2.9::::iqn.2026-11.org.example:other'\n");
  (void)plan("ip=dhcp");
  ASSERT_TRUE(error_);
  EXPECT_EQ(error_->code, Errc::BadValue);
  EXPECT_NE(log_.lines.find("DHCP root path: (hidden)"), std::string::npos);
  EXPECT_EQ(log_.lines.find("not-a-secret-1"), std::string::npos);
}

TEST_F(BootTableTest, ATargetThatCannotBeUsedIsAFault) {
  for (const char* line : {"netroot=iscsi:a..name::::iqn.2026-11.org.example:disk ip=dhcp",
                           "isboot.url=iscsi:a..name:::1:iqn.2026-11.org.example:disk"}) {
    error_.reset();
    (void)plan(line);
    EXPECT_TRUE(error_ && error_->code == Errc::BadValue) << line;
  }
  EXPECT_NE(log_.lines.find("parameter netroot=iscsi:a..name::::iqn"), std::string::npos);
}

TEST_F(BootTableTest, NobodyAsksForABoot) {
  for (const char* line : {"", "root=/dev/sda1 ip=dhcp", "ip=10.0.2.15:::24", "netroot=nfs:/x"}) {
    error_.reset();
    (void)plan(line);
    EXPECT_TRUE(error_ && error_->code == Errc::NotFound) << line;
  }
}

TEST_F(BootTableTest, WhatIsMissingIsAFaultThatNamesIt) {
  const auto fails = [this](const std::string& line, Text what) {
    error_.reset();
    (void)plan(line);
    return error_ && error_->code == Errc::BadValue && Text{error_->text}.find(what) != Text::npos;
  };
  EXPECT_TRUE(fails(kUrl, "ip="));
  EXPECT_TRUE(fails(kUrl + "ip=dhcp", "no lease"));
  EXPECT_TRUE(fails(kUrl + "ip=10.0.2.15:::24::eth9:none", "not there"));
  EXPECT_NE(log_.lines.find("NIC eth9 is wanted"), std::string::npos) << log_.lines;
  EXPECT_TRUE(fails(kUrl + "ip=dhcp BOOTIF=01-52-54-00-00-00-09", "no NIC has the MAC"));
  EXPECT_NE(log_.lines.find("NIC 52:54:00:00:00:09 is wanted"), std::string::npos) << log_.lines;
  write("uuid", "00000000-0000-0000-0000-000000000000\n");
  EXPECT_TRUE(fails(kUrl + "ip=10.0.2.15:::24", "isboot.initiator="));
}

TEST_F(BootTableTest, WhatTheFileLacksIsAskedForOnRequest) {
  write("credentials", "name=us\n");
  chmod((root_ / "credentials").c_str(), 0600);
  testing::FakeClock clock;
  const Patience patience{clock, clock.now(),
                          [](const std::string&, linux_platform::Echo, MutableBytes answer) {
                            answer[0] = 's';
                            return Result<std::size_t>{1};
                          }};
  EXPECT_FALSE(plan(kUrl + "ip=10.0.2.15:::24", &patience)[0].login.credentials.one_way());
  parameters_.ask_for_secrets = true;
  const boot::Plan asked = plan(kUrl + "ip=10.0.2.15:::24", &patience);
  EXPECT_EQ(as_text(asked[0].login.credentials.secret.reveal()), "s");
  // Who only looks asks nobody.
  EXPECT_FALSE(plan(kUrl + "ip=10.0.2.15:::24")[0].login.credentials.one_way());
}

TEST_F(BootTableTest, CredentialsComeFromAFileThatNobodyElseCanRead) {
  write("credentials", "name=us\nsecret=not-a-secret-1\n");
  chmod((root_ / "credentials").c_str(), 0600);
  EXPECT_EQ(plan(kUrl + "ip=10.0.2.15:::24")[0].login.credentials.name.view(), "us");
  chmod((root_ / "credentials").c_str(), 0644);
  (void)plan(kUrl + "ip=10.0.2.15:::24");
  EXPECT_TRUE(error_);
  EXPECT_NE(log_.lines.find("chmod 0600"), std::string::npos);
  EXPECT_EQ(log_.lines.find("not-a-secret-1"), std::string::npos);
}

TEST_F(BootTableTest, OptionStandsAboveTheCommandLine) {
  (void)parameters_.url.assign("iscsi:10.0.2.9:::2:iqn.2026-11.org.example:other");
  const boot::Plan path = plan(kUrl + kUrl + "ip=10.0.2.15:::24");
  ASSERT_EQ(path.count, 1U);
  EXPECT_EQ(path[0].portal.address, IpAddress::v4(10, 0, 2, 9));
}

// The last good one is parameters_.url; with a bad one behind it, it is not an option.
TEST_F(BootTableTest, ABadUrlTakesNoGoodOneAway) {
  const std::string line = "netroot=iscsi:10.0.2.3::::iqn.2026-11.org.example:other " + kUrl +
                           "isboot.url=nonsense ip=10.0.2.15:::24";
  boot::ParameterWarnings warnings;
  parameters_ = boot::parse_command_line(line, warnings);
  EXPECT_EQ(plan(line).count, 2U);
}

TEST_F(BootTableTest, SaysWhatIsNotUsed) {
  (void)plan(kUrl + "ip=10.0.2.15:::24 rd.iscsi.param=x rd.iscsi.password=not-a-secret-1");
  EXPECT_NE(log_.lines.find("parameter rd.iscsi.param=x: "), std::string::npos);
  EXPECT_NE(log_.lines.find("parameter rd.iscsi.password=(hidden): "), std::string::npos);
}

TEST_F(BootTableTest, AFailureNamesWhatIsAtFault) {
  const Error unreadable = system_error(EACCES, "the file cannot be opened");
  EXPECT_EQ(table_failure(parameters_, unreadable).message,
            "firmware's iBFT: the file cannot be opened (Permission denied)");
  EXPECT_NE(table_failure(parameters_, {Errc::BadValue, 0, "x"}).message.find("command line"),
            std::string::npos);
  (void)parameters_.table.assign("/x");
  EXPECT_EQ(table_failure(parameters_, unreadable).next_step, "check isboot.table=");
}

TEST_F(BootTableTest, ATableThatIsNamedIsNotReplaced) {
  write("cmdline", kUrl + "ip=10.0.2.15:::24\n");
  (void)parameters_.table.assign((root_ / "none").string());
  EXPECT_FALSE(find_boot_table(parameters_, log_, nullptr, paths_));
}

}  // namespace
}  // namespace isboot::app
