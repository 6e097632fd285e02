#include "core/boot/netroot.h"

#include <gtest/gtest.h>

namespace isboot::boot {
namespace {

struct Row {
  const char* value;
  const char* portal;
  const char* device;
  std::uint64_t lun;
  const char* target;
  bool has_secret;
};

constexpr Row kRows[] = {
    {"iscsi:192.0.2.1::::iqn.2009-06.example:target0", "192.0.2.1:3260", "", 0,
     "iqn.2009-06.example:target0", false},
    {"iscsi:192.0.2.1:6:3261:2:iqn.2009-06.example:a:b", "192.0.2.1:3261", "", 2,
     "iqn.2009-06.example:a:b", false},
    {"iscsi:[2001:db8::1]::::iqn.2009-06.example:t", "[2001:db8::1]:3260", "", 0,
     "iqn.2009-06.example:t", false},
    {"iscsi:192.0.2.1::3260:default:ens3:1:iqn.2009-06.example:t", "192.0.2.1:3260", "ens3", 1,
     "iqn.2009-06.example:t", false},
    {"iscsi:192.0.2.1::3260:ens3:1:eui.0123456789abcdef", "192.0.2.1:3260", "ens3", 1,
     "eui.0123456789abcdef", false},
    {"iscsi:user:secret@192.0.2.1:::1:iqn.2009-06.example:t", "192.0.2.1:3260", "", 1,
     "iqn.2009-06.example:t", true},
    // Names of users are often names of initiators; a secret may have an '@'.
    {"iscsi:iqn.2009-06.example:us:secret:iqn.2009-06.example:it:secret@192.0.2.1::::"
     "iqn.2009-06.example:t",
     "192.0.2.1:3260", "", 0, "iqn.2009-06.example:t", true},
    {"iscsi:user:se@cret@192.0.2.1::::iqn.2009-06.example:t", "192.0.2.1:3260", "", 0,
     "iqn.2009-06.example:t", true},
    {"iscsi:user:secret@192.0.2.1::3261:10:disk:1", "192.0.2.1:3261", "", 10, "disk:1", true},
    {"iscsi:192.0.2.1:::0001-0000:iqn.2009-06.example:t", "192.0.2.1:3260", "", 1,
     "iqn.2009-06.example:t", false},
    {"iscsi:@192.0.2.1::::iqn.2009-06.example:t@t", "192.0.2.1:3260", "", 0,
     "iqn.2009-06.example:t@t", false},
    {"iscsi:192.0.2.1::::iqn.2009-06.example:t@t", "192.0.2.1:3260", "", 0,
     "iqn.2009-06.example:t@t", false},
};

TEST(Netroot, ReadsDracutsForms) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.value);
    const auto netroot = parse_netroot(row.value);
    ASSERT_TRUE(netroot) << netroot.error().text;
    EXPECT_EQ(to_text(netroot->url.portal).view(), row.portal);
    EXPECT_EQ(netroot->device.view(), row.device);
    EXPECT_EQ(netroot->url.lun.number(), row.lun);
    EXPECT_EQ(netroot->url.target_name.view(), row.target);
    EXPECT_EQ(netroot->has_secret, row.has_secret);
  }
}

TEST(Netroot, NamesWhatIsWrong) {
  for (const char* value :
       {"", "nfs:192.0.2.1:/root", "iscsi:", "iscsi:192.0.2.1", "iscsi:192.0.2.1:::1:",
        "iscsi:192.0.2.1::0::iqn.2009-06.example:t", "iscsi:192.0.2.1:17:::iqn.2009-06.example:t",
        "iscsi:192.0.2.1:::x:iqn.2009-06.example:t", "iscsi:iqn.2009-06.example:t",
        "iscsi:192.0.2.1::::a-device-too-long-for-it:1:iqn.2009-06.example:t"}) {
    SCOPED_TRACE(value);
    const auto netroot = parse_netroot(value);
    ASSERT_FALSE(netroot);
    EXPECT_EQ(netroot.error().code, Errc::BadValue);
  }
}

}  // namespace
}  // namespace isboot::boot
