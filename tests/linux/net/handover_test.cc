#include "platform/linux/net/handover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

BootNic eth0() {
  BootNic nic;
  nic.link = "eth0";
  nic.mac = *parse_mac("52:54:00:12:34:56");
  nic.address = *parse_ip("10.0.2.15");
  nic.prefix = 24;
  nic.gateway = *parse_ip("10.0.2.2");
  nic.dns[0] = *parse_ip("10.0.2.3");
  nic.host_name = "node-7.example.org";
  return nic;
}

// The file's content; "none" when it is not among them.
std::string file(const BootNic& nic, const std::string& path) {
  for (const RunFile& file : run_files(nic))
    if (file.path == path) return file.content;
  return "none";
}

TEST(RunFiles, TellNameServersAndHostName) {
  EXPECT_EQ(file(eth0(), "isboot/resolv.conf"), "nameserver 10.0.2.3\n");
  EXPECT_EQ(file(eth0(), "isboot/hostname"), "node-7.example.org\n");
}

TEST(RunFiles, LeaveOutWhatTheTableDoesNotSay) {
  BootNic nic = eth0();
  nic.dns = {};
  nic.host_name.clear();
  EXPECT_EQ(file(nic, "isboot/resolv.conf"), "none");
  EXPECT_EQ(file(nic, "isboot/hostname"), "none");
}

TEST(RunFiles, NeverPassAHostNameOnThatIsNone) {
  for (const char* name : {"'; reboot; '", "a b", "a\nb", "-rf", ".", "caf\xc3\xa9", "$(id)"}) {
    SCOPED_TRACE(name);
    BootNic nic = eth0();
    nic.host_name = name;
    EXPECT_EQ(file(nic, "isboot/hostname"), "none");
    EXPECT_THAT(file(nic, "net-eth0.conf"), HasSubstr("HOSTNAME=''\n"));
  }
}

TEST(RunFiles, TellInitramfsToolsWhatIpconfigWould) {
  EXPECT_EQ(file(eth0(), "net-eth0.conf"),
            "DEVICE='eth0'\nPROTO='static'\nIPV4ADDR='10.0.2.15'\nIPV4NETMASK='255.255.255.0'\n"
            "IPV4GATEWAY='10.0.2.2'\nIPV4DNS0='10.0.2.3'\nIPV4DNS1='0.0.0.0'\n"
            "HOSTNAME='node-7.example.org'\n");
  BootNic v6 = eth0();
  v6.address = *parse_ip("fd00::15");
  EXPECT_EQ(file(v6, "net-eth0.conf"), "none");
}

TEST(RunFiles, HaveNetworkdKeepAStaticAddress) {
  const std::string content = file(eth0(), "systemd/network/05-isboot-eth0.network");
  EXPECT_THAT(content, HasSubstr("MACAddress=52:54:00:12:34:56\nType=ether\n"));
  EXPECT_THAT(content, HasSubstr("KeepConfiguration=yes\n"));
  EXPECT_THAT(content, Not(HasSubstr("\nAddress=")));
  EXPECT_THAT(content, HasSubstr("DNS=10.0.2.3\n"));
  EXPECT_THAT(content, Not(HasSubstr("DHCP")));
}

TEST(RunFiles, HaveNetworkdRenewALease) {
  BootNic nic = eth0();
  nic.dhcp = true;
  const std::string content = file(nic, "systemd/network/05-isboot-eth0.network");
  EXPECT_THAT(content, HasSubstr("DHCP=ipv4\n"));
  EXPECT_THAT(content, HasSubstr("ClientIdentifier=mac\n"));
  EXPECT_THAT(content, Not(HasSubstr("\nAddress=")));
  EXPECT_THAT(file(nic, "net-eth0.conf"), HasSubstr("PROTO='dhcp'\n"));
}

TEST(RunFiles, ProtectAVlanAndTheNicBelowIt) {
  BootNic nic = eth0();
  nic.link = "eth0.42";
  nic.vlan = true;
  EXPECT_THAT(file(nic, "systemd/network/05-isboot-eth0.42.network"),
              HasSubstr("Name=eth0.42\nMACAddress=52:54:00:12:34:56\nType=vlan\n"));
  EXPECT_THAT(file(nic, "systemd/network/05-isboot-eth0.42-nic.network"),
              HasSubstr("Type=ether\n\n[Network]\nKeepConfiguration=yes\n"));
}

TEST(RunFiles, AreWrittenForEverybodyToRead) {
  char folder[] = "/tmp/isboot-run-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const auto files = run_files(eth0());
  umask(077);
  ASSERT_TRUE(write_run_files(folder, files));
  ASSERT_TRUE(write_run_files(folder, files)) << "a second time";
  for (const RunFile& file : files) {
    SCOPED_TRACE(file.path);
    const std::string path = std::string{folder} + "/" + file.path;
    EXPECT_EQ(*read_file(path, 4096), file.content);
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U);
    ASSERT_EQ(stat(std::filesystem::path{path}.parent_path().c_str(), &status), 0);
    if (file.path.find('/') != std::string::npos) {
      EXPECT_EQ(status.st_mode & 0777U, 0755U);
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace isboot::linux_platform
