#include "platform/linux/sysfs/sysfs.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/linux/sysfs/tree.h"

namespace isboot::linux_platform::test {
namespace {

TEST(Sysfs, ReadsBelowItsRoot) {
  Tree tree;
  tree.write("class/iscsi_session/session3/state", "LOGGED_IN\nmore\n");
  tree.write("devices/host5/session3/x", "");
  tree.link("class/scsi_host/host5", "devices/host5");
  const Sysfs sysfs{tree.path()};
  EXPECT_EQ(sysfs.attribute(session_folder(3) + "state"), "LOGGED_IN");
  EXPECT_EQ(sysfs.attribute(connection_folder(3) + "address"), "");
  EXPECT_EQ(sysfs.names("class"), (std::vector<std::string>{"iscsi_session", "scsi_host"}));
  EXPECT_TRUE(sysfs.names("none").empty());
  EXPECT_TRUE(sysfs.has("class/scsi_host/host5/session3"));
  EXPECT_FALSE(sysfs.has("class/scsi_host/host6"));
  EXPECT_EQ(sysfs.target("class/scsi_host/host5"), tree.path("devices/host5"));
  EXPECT_EQ(sysfs.target("class/scsi_host/host6"), "");
}

TEST(Sysfs, ReadsASecretIntoTheCallersMemory) {
  Tree tree;
  tree.write("chap-secret", "not-a-secret-1234\n");
  const Sysfs sysfs{tree.path()};
  std::array<std::uint8_t, 64> room{};
  const std::size_t size = sysfs.read_into("chap-secret", room);
  EXPECT_EQ(as_text(Bytes{room}.first(size)), "not-a-secret-1234");
  EXPECT_EQ(sysfs.read_into("chap-name", room), 0U);
  EXPECT_EQ(sysfs.read_into("chap-secret", MutableBytes{room}.first(3)), 3U);
}

}  // namespace
}  // namespace isboot::linux_platform::test
