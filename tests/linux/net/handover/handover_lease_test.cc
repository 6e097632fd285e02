#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/linux/system/file.h"
#include "tests/linux/net/boot_nic.h"

namespace isboot::linux_platform {
namespace {

using ::testing::HasSubstr;

constexpr const char* kScript = "isboot/renew-lease";

// The script's output when these are the programs that the machine has: each says that it
// runs, with its arguments; systemctl answers that `active` runs.
class RenewLease : public ::testing::Test {
protected:
  void SetUp() override {
    char folder[] = "/tmp/isboot-lease-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    std::ofstream{folder_ + "/script"} << file(eth0_with_lease(), kScript);
    for (const char* tool : {"grep", "sh"})
      std::filesystem::create_symlink("/bin/" + std::string{tool}, folder_ + "/" + tool);
    program("systemctl", "[ \"$3\" = \"$ACTIVE.service\" ]");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void program(const std::string& name, const std::string& body) {
    std::ofstream{folder_ + "/" + name} << "#!/bin/sh\n" << body << "\n";
    std::filesystem::permissions(folder_ + "/" + name, std::filesystem::perms::owner_all);
  }
  void says_its_name(const std::string& name) { program(name, "echo " + name + " \"$@\""); }
  std::string run(const std::string& active) {
    // The script appends /usr/sbin:/sbin: what the host has there must not matter.
    const std::string said = folder_ + "/said";
    (void)std::system(("sed -i '/^PATH=/d' " + folder_ + "/script; ACTIVE=" + active +
                       " PATH=" + folder_ + " /bin/sh " + folder_ + "/script >" + said + " 2>&1")
                          .c_str());
    return *read_file(said, 4096);
  }

  std::string folder_;
};

TEST_F(RenewLease, IsLeftToAManagerThatRuns) {
  says_its_name("udhcpc");
  program("nmcli", "echo eth0:connected");
  EXPECT_THAT(run("systemd-networkd"), HasSubstr("a network manager renews"));
  EXPECT_THAT(run("NetworkManager"), HasSubstr("a network manager renews"));
}

TEST_F(RenewLease, IsDoneWhenNetworkManagerDoesNotWantTheLink) {
  says_its_name("udhcpc");
  program("nmcli", "echo lo:unmanaged; echo eth0:unmanaged");
  EXPECT_EQ(run("NetworkManager"), "udhcpc -f -i eth0 -r 10.0.2.15 -s /bin/true\n");
}

TEST_F(RenewLease, TakesTheSmallestClientThatThereIs) {
  EXPECT_THAT(run("nothing"), HasSubstr("nobody renews the lease of eth0: install udhcpc"));
  says_its_name("busybox");
  EXPECT_EQ(run("nothing"), "busybox udhcpc -f -i eth0 -r 10.0.2.15 -s /bin/true\n");
  says_its_name("udhcpc");
  EXPECT_EQ(run("nothing"), "udhcpc -f -i eth0 -r 10.0.2.15 -s /bin/true\n");
}

// Debian's /etc/apparmor.d/sbin.dhclient: /run/nm*conf r, /run/dhclient*.lease* and .pid rw.
TEST(LeaseFiles, AreWhereDhclientMayUseThem) {
  const std::string script = file(eth0_with_lease(), kScript);
  EXPECT_THAT(script,
              HasSubstr("-cf /run/nm-isboot-dhclient.conf -lf /run/dhclient-isboot.leases"));
  EXPECT_THAT(script, HasSubstr("-pf /run/dhclient-isboot.pid -sf /bin/true"));
}

TEST(LeaseFiles, AreThereForALeaseOnly) {
  EXPECT_EQ(file(eth0(), kScript), "none");
  EXPECT_EQ(file(eth0_with_ipv6(), kScript), "none");
  EXPECT_THAT(file(eth0_with_lease(), "systemd/system.control/multi-user.target.d/isboot.conf"),
              HasSubstr("Wants=isboot-lease.service\n"));
  EXPECT_THAT(file(eth0_with_lease(), "systemd/system.control/isboot-lease.service"),
              HasSubstr("ExecStart=/bin/sh /run/isboot/renew-lease\n"));
}

TEST(LeaseFiles, CanBeRun) {
  for (const RunFile& file : run_files(eth0_with_lease())) {
    if (file.path == kScript) {
      EXPECT_EQ(file.mode, 0755U);
    }
  }
}

}  // namespace
}  // namespace isboot::linux_platform
