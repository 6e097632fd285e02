#include "app/initramfs/own_initramfs.h"

#include <gtest/gtest.h>

namespace isboot::app::test {
namespace {

using Names = std::vector<std::string>;

TEST(OwnInitramfs, TakesNamesWithCommasBetweenThem) {
  EXPECT_EQ(names_in(""), Names{});
  EXPECT_EQ(names_in("e1000e"), Names{"e1000e"});
  EXPECT_EQ(names_in("virtio_net,virtio_pci"), (Names{"virtio_net", "virtio_pci"}));
}

TEST(OwnInitramfs, NamesTheKernelWhoseModulesAreMissing) {
  InitramfsWish wish;
  wish.plan.base = "/no/such/folder";
  wish.plan.version = "6.1.0-1";
  wish.root_type = "ext4";
  const auto built = build_own_initramfs(wish);
  ASSERT_FALSE(built);
  EXPECT_NE(built.error().message.find("kernel 6.1.0-1"), std::string::npos);
}

}  // namespace
}  // namespace isboot::app::test
