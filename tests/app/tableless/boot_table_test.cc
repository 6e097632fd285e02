#include "app/tableless/boot_table.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/boot/plan.h"
#include "core/ibft/decode.h"
#include "platform/linux/system_error.h"
#include "testing/fake_clock.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

class KeptLog final : public Log {
public:
  void write(LogLevel, Text line) override { lines += std::string{line} + "\n"; }
  Text words(Code) override { return {}; }
  std::string lines;
};

// A machine's folders, made up in a temporary folder: no table, one NIC.
class BootTableTest : public ::testing::Test {
protected:
  BootTableTest() {
    std::string pattern = fs::temp_directory_path() / "isboot-tableless-XXXXXX";
    root_ = mkdtemp(pattern.data());
    paths_ = {root_ / "cmdline", root_ / "net", root_ / "uuid",  root_ / "credentials",
              root_ / "run",     root_ / "tmp", root_ / "leases"};
    write("uuid", "C0FFEE00-1234-5678-9ABC-DEF012345678\n");
    add_nic("lo", 1, "00:00:00:00:00:00", 772);
    add_nic("eth1", 3, "52:54:00:00:00:03", 1);
    add_nic("eth0", 2, "52:54:00:00:00:02", 1);
    fs::create_directory(root_ / "net/eth0/device");
    fs::create_directory(root_ / "net/eth1/device");
  }
  ~BootTableTest() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& content) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << content;
  }
  void add_nic(const std::string& name, int index, const std::string& mac, int type) {
    write("net/" + name + "/ifindex", std::to_string(index) + "\n");
    write("net/" + name + "/address", mac + "\n");
    write("net/" + name + "/type", std::to_string(type) + "\n");
  }

  // The plan that the command line leads to; empty, and error_ set, when there is none.
  boot::Plan plan(const std::string& command_line, const Patience* patience = nullptr) {
    write("cmdline", command_line + "\n");
    boot::Plan plan;
    const auto found = table_of_command_line(parameters_, log_, patience, paths_);
    if (!found) {
      error_ = found.error();
      return plan;
    }
    source_ = found->source;
    EXPECT_TRUE(is_made_up(*found));
    ibft::Table table;
    ibft::Findings findings;
    EXPECT_TRUE(linux_platform::decode(*found, table, findings));
    for (const ibft::Finding& finding : findings)
      EXPECT_EQ(finding.severity, ibft::Severity::Note) << finding.field << ": " << finding.message;
    EXPECT_TRUE(boot::make_plan(table, parameters_, plan));
    return plan;
  }

  std::vector<std::string> without_lease(const std::string& command_line, Millis patience = 1'000) {
    write("cmdline", command_line + "\n");
    testing::FakeClock clock;
    return nics_without_lease(parameters_, log_, {clock, clock.now() + patience}, paths_);
  }

  fs::path root_;
  TablelessPaths paths_;
  boot::Parameters parameters_;
  KeptLog log_;
  std::string source_;
  std::optional<Error> error_;
};

const std::string kUrl = "isboot.url=iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk ";

TEST_F(BootTableTest, StaticAddressAtTheNicThatWasThereFirst) {
  const boot::Plan path = plan(kUrl + "ip=10.0.2.15::10.0.2.2:24");
  ASSERT_EQ(path.count, 1U);
  EXPECT_EQ(source_, "kernel command line");
  EXPECT_EQ(path[0].nic.mac, *parse_mac("52:54:00:00:00:02"));
  EXPECT_EQ(path[0].login.initiator_name.view(),
            "iqn.2026-11.invalid.isboot:uuid:c0ffee00-1234-5678-9abc-def012345678");
}

TEST_F(BootTableTest, NicIsTheOneThatIsNamed) {
  EXPECT_EQ(plan(kUrl + "ip=10.0.2.15:::24::eth1:none")[0].nic.mac,
            *parse_mac("52:54:00:00:00:03"));
  EXPECT_EQ(plan(kUrl + "ip=10.0.2.15:::24 BOOTIF=01-52-54-00-00-00-03")[0].nic.mac,
            *parse_mac("52:54:00:00:00:03"));
  (void)parameters_.nic.assign("eth1");
  EXPECT_EQ(plan(kUrl + "ip=10.0.2.15:::24")[0].nic.name.view(), "eth1");
}

TEST_F(BootTableTest, LeaseIsTheClients) {
  write("run/net-eth1.conf",
        "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.0.0'\nIPV4GATEWAY='10.0.2.2'\n");
  const boot::Plan path = plan(kUrl + "ip=dhcp");
  EXPECT_EQ(path[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  EXPECT_EQ(path[0].link.address, IpAddress::v4(10, 0, 2, 77));
  EXPECT_EQ(path[0].link.prefix, 16);
  EXPECT_EQ(path[0].origin, ibft::Origin::Dhcp);
}

TEST_F(BootTableTest, LeasesOfDracutAreFoundToo) {
  write("tmp/dhclient.eth1.dhcpopts",
        "new_ip_address='10.0.2.77'\nnew_subnet_mask=255.255.255.0\n");
  EXPECT_EQ(plan(kUrl + "ip=eth1:dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 77));
  fs::remove_all(root_ / "tmp");
  write("leases/3", "ADDRESS=10.0.2.78\nNETMASK=255.255.255.0\n");
  EXPECT_EQ(plan(kUrl + "ip=eth1:dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 78));
}

// Two leases: the loader's NIC, or the one that the user names, is not that of the first of them.
TEST_F(BootTableTest, LeaseIsThatOfTheNicThatIsNamed) {
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  write("run/net-eth1.conf", "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.0.0'\n");
  for (const char* line :
       {"ip=dhcp BOOTIF=01-52-54-00-00-00-03", "ip=dhcp BOOTIF=52-54-00-00-00-03",
        "ip=::::::::52:54:00:00:00:03", "ip=eth1:dhcp"})
    EXPECT_EQ(plan(kUrl + line)[0].link.address, IpAddress::v4(10, 0, 2, 77)) << line;
  for (const char* nic : {"eth1", "52:54:00:00:00:03"}) {
    (void)parameters_.nic.assign(nic);
    EXPECT_EQ(plan(kUrl + "ip=dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 77)) << nic;
  }
}

// The first lease is that of a network without a way to the target.
TEST_F(BootTableTest, LeaseIsThatOfTheNicThatLeadsToTheTarget) {
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  const std::string second = "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.255.0'\n";
  write("run/net-eth1.conf", second);
  EXPECT_EQ(plan(kUrl + "ip=dhcp")[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  const std::string far = "isboot.url=iscsi:192.0.2.7:::1:iqn.2026-11.org.example:disk ";
  write("run/net-eth1.conf", second + "IPV4GATEWAY='10.0.2.2'\n");
  EXPECT_EQ(plan(far + "ip=dhcp")[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  // What names a NIC has that one's lease to itself.
  EXPECT_EQ(plan(far + "ip=dhcp ip=eth1:dhcp")[0].nic.mac, *parse_mac("52:54:00:00:00:03"));
  write("tmp/dhclient.eth1.dhcpopts",
        "new_ip_address='10.0.2.78'\nnew_subnet_mask=255.255.255.0\n");
  EXPECT_EQ(plan(kUrl + "ip=dhcp")[0].link.address, IpAddress::v4(10, 0, 2, 77));
}

// As dracut's clients have it, one for each NIC.
TEST_F(BootTableTest, WaitsForTheLeaseThatLeadsToTheTarget) {
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  write("cmdline", kUrl + "ip=dhcp");
  testing::FakeClock clock;
  const Patience patience{clock, clock.now() + 10'000};
  EXPECT_TRUE(table_of_command_line(parameters_, log_, &patience, paths_))
      << "what is there has to do in the end";
  EXPECT_GE(clock.now(), patience.give_up) << "another lease could still have come";
  const Millis begin = clock.now();
  write("run/net-eth1.conf",
        "DEVICE='eth1'\nIPV4ADDR='10.0.2.77'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_TRUE(table_of_command_line(parameters_, log_, &patience, paths_));
  EXPECT_EQ(clock.now(), begin);
}

// A cable that is not plugged in, a driver that does not come.
TEST_F(BootTableTest, ANicThatDoesNotComeEndsNoBootByAnother) {
  testing::FakeClock clock;
  const Millis begin = clock.now();
  const Patience patience{clock, begin + 10'000};
  EXPECT_EQ(plan(kUrl + "ip=eth1:dhcp ip=10.0.2.15:::24::eth0:none", &patience).count, 1U);
  EXPECT_EQ(clock.now(), begin);  // what is there leads to the target
  EXPECT_EQ(plan(kUrl + "ip=10.0.3.15::10.0.3.2:24::eth0:none ip=eth1:dhcp", &patience).count, 1U);
  EXPECT_EQ(clock.now(), begin + 10'000);
  EXPECT_NE(log_.lines.find("going on"), std::string::npos);
}

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

TEST_F(BootTableTest, WaitsForTheLeaseAsLongAsItMay) {
  testing::FakeClock clock;
  const Millis begin = clock.now();
  const Patience patience{clock, begin + 10'000};
  (void)plan(kUrl + "ip=dhcp", &patience);
  EXPECT_TRUE(error_);
  EXPECT_EQ(clock.now(), begin + 10'000);
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

TEST_F(BootTableTest, TheNicsWithoutALease) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{""});
  EXPECT_EQ(without_lease("ip=dhcp"), Names{""}) << "the target may be the lease's root path";
  EXPECT_EQ(without_lease(kUrl + "ip=eth1:dhcp"), Names{"eth1"});
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp BOOTIF=01-52-54-00-00-00-03"), Names{"eth1"});
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp ip=eth1:dhcp"), (Names{"eth0", "eth1"}));
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp ip=10.0.2.15::10.0.2.2:24::eth1:none"),
            Names{"eth0"});
  EXPECT_EQ(without_lease(kUrl + "ip=10.0.2.15::10.0.2.2:24"), Names{});
  EXPECT_EQ(without_lease(kUrl + "ip=auto6"), Names{});
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.2.15'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{}) << "one will do where none is named";
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp ip=eth1:dhcp"), Names{"eth1"});
}

// The first client to have an answer may be that of the wrong network.
TEST_F(BootTableTest, TheOtherNicsAreAskedForWhereNoLeaseLeadsToTheTarget) {
  using Names = std::vector<std::string>;
  write("run/net-eth0.conf", "DEVICE='eth0'\nIPV4ADDR='10.0.9.9'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{"eth1"});
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp ip=10.0.3.15:::24::eth1:none"), Names{});
  EXPECT_EQ(without_lease(kUrl + "ip=eth0:dhcp"), Names{});
  write("run/net-eth1.conf", "DEVICE='eth1'\nIPV4ADDR='10.0.8.9'\nIPV4NETMASK='255.255.255.0'\n");
  EXPECT_EQ(without_lease(kUrl + "ip=dhcp"), Names{});
}

// Its driver may come late; the client says more of one that never comes than isboot could.
TEST_F(BootTableTest, ANicThatIsNotThereIsAskedForAllTheSame) {
  EXPECT_EQ(without_lease(kUrl + "ip=eth7:dhcp"), std::vector<std::string>{"eth7"});
}

}  // namespace
}  // namespace isboot::app
