#include "app/tableless/lease.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "testing/fake_clock.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

// A client that notes how it was called, and does what the test says.
class GetLeases : public ::testing::Test {
protected:
  GetLeases() {
    std::string pattern = fs::temp_directory_path() / "isboot-lease-XXXXXX";
    root_ = mkdtemp(pattern.data());
    for (const char* folder : {"run", "tmp", "leases"}) fs::create_directories(root_ / folder);
    add_nic("eth0", "52:54:00:00:00:02");
    paths_ = {root_ / "cmdline", root_ / "net", root_ / "uuid",  root_ / "credentials",
              root_ / "run",     root_ / "tmp", root_ / "leases"};
  }
  ~GetLeases() override { fs::remove_all(root_); }

  void add_nic(const std::string& name, const char* mac) {
    const fs::path nic = root_ / "net" / name;
    fs::create_directories(nic / "device");
    std::ofstream{nic / "address"} << mac << '\n';
    std::ofstream{nic / "type"} << "1\n";
  }
  void client(const std::string& does) {
    const fs::path file = root_ / "ipconfig";
    std::ofstream{file} << "#!/bin/sh\ncd " << root_ << "\necho \"$@\" >>called\n" << does << "\n";
    fs::permissions(file, fs::perms::owner_all);
  }
  // How the client was called, a line each.
  std::string called(const std::string& command_line, Millis limit) {
    std::ofstream{root_ / "cmdline"} << command_line << "\n";
    get_leases(clock_, log_, boot::Parameters{}, clock_.now() + limit, root_ / "ipconfig", paths_);
    std::ostringstream text;
    text << std::ifstream{root_ / "called"}.rdbuf();
    return text.str();
  }

  fs::path root_;
  TablelessPaths paths_;
  isboot::testing::FakeClock clock_;
  isboot::testing::FakeLog log_;
};

constexpr const char* kGetsIt = "echo \"IPV4ADDR='10.0.2.15'\" >run/net-eth0.conf";

TEST_F(GetLeases, OfAnyNicOnce) {
  client(kGetsIt);
  EXPECT_EQ(called("ip=dhcp", 60'000), "-t 2 -c dhcp ::::::dhcp\n");
}

TEST_F(GetLeases, OfTheNicThatIsNamed) {
  client(kGetsIt);
  EXPECT_EQ(called("ip=eth0:dhcp", 60'000), "-t 2 -c dhcp eth0\n");
}

TEST_F(GetLeases, WithinHalfOfTheTimeAndNotAllTheTime) {
  client("exit 1");
  const Millis begin = clock_.now();
  EXPECT_EQ(called("ip=dhcp", 2'000), "-t 1 -c dhcp ::::::dhcp\n");
  EXPECT_GE(clock_.now(), begin + 1'000);
}

TEST_F(GetLeases, NotWhereNobodyAsksForOne) {
  client(kGetsIt);
  EXPECT_EQ(called("ip=10.0.2.15::10.0.2.2:24", 60'000), "");
  EXPECT_EQ(called("quiet", 60'000), "");
}

// klibc's client ends with the first answer, which may be that of the wrong network.
TEST_F(GetLeases, OfTheOtherNicsWhereTheFirstOneLeadsNowhere) {
  add_nic("eth1", "52:54:00:00:00:03");
  client(
      "[ -e run/net-eth0.conf ] && eth=1 addr=10.0.2.15 || eth=0 addr=10.0.9.9\n"
      "echo \"IPV4ADDR='$addr' IPV4NETMASK='255.255.255.0'\" | tr ' ' '\\n' >run/net-eth$eth.conf");
  const std::string url = "isboot.url=iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk ";
  EXPECT_EQ(called(url + "ip=dhcp", 60'000), "-t 2 -c dhcp ::::::dhcp\n-t 3 -c dhcp eth1\n");
}

// Broken, or taken out.
TEST_F(GetLeases, OfTheNicThatIsThereAlthoughAnotherIsGone) {
  client(kGetsIt);
  EXPECT_EQ(called("ip=eth9:dhcp ip=eth0:dhcp", 120'000), "-t 2 -c dhcp eth0\n");
}

TEST_F(GetLeases, OfNoNicWithoutACableOnceAnotherLeadsToTheTarget) {
  add_nic("eth1", "52:54:00:00:00:03");
  client(
      "echo \"IPV4ADDR='10.0.2.15' IPV4NETMASK='255.255.255.0'\" | tr ' ' '\\n' "
      ">run/net-eth0.conf");
  const std::string url = "isboot.url=iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk ";
  EXPECT_EQ(called(url + "ip=eth0:dhcp ip=eth1:dhcp", 120'000), "-t 2 -c dhcp eth0 eth1\n");
}

TEST_F(GetLeases, WithoutAClientTheBootGoesOnAndSaysWhatToDo) {
  EXPECT_EQ(called("ip=dhcp", 60'000), "");
  EXPECT_TRUE(log_.lines.empty()) << "dracut's clients are other ones, and may be at it";
  tell_of_no_client(clock_, log_, boot::Parameters{}, root_ / "ipconfig", paths_);
  ASSERT_EQ(log_.lines.size(), 1U);
  EXPECT_NE(log_.lines[0].find("next: install klibc-utils"), std::string::npos) << log_.lines[0];
}

}  // namespace
}  // namespace isboot::app
