#include "core/ibft/name.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot::ibft::test {
namespace {

TEST(IscsiName, TakesTheThreeForms) {
  for (const char* name :
       {"iqn.2001-04.com.example", "iqn.2001-04.com.example:storage.disk2.sys1.xyz",
        "iqn.1992-12.com.emc:cx.ckm00123456789.a0", "eui.02004567A425678D", "naa.52004567BA64678D",
        "naa.62004567BA64678D0123456789ABCDEF", "IQN.2001-04.com.example",
        "iqn.2001-04.de.\xc3\xbc"}) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(is_iscsi_name(name));
  }
}

TEST(IscsiName, RefusesTheRest) {
  for (const char* name :
       {"", "iqn", "iqn.", "iqn.2001-04.", "iqn.2001-13.com.example", "iqn.2001-00.com.example",
        "iqn.201-04.com.example", "iqn.2001.04.com.example", "iqn.2001-04-com.example",
        "iqn.2001-04.com.exa mple", "iqn.2001-04.com.\x01", "eui.02004567A425678", "eui.",
        "eui.02004567A425678G", "naa.52004567BA64678D0", "example", "fc.2001-04.com.example"}) {
    SCOPED_TRACE(name);
    EXPECT_FALSE(is_iscsi_name(name));
  }
}

TEST(IscsiName, HasAtMost223Bytes) {
  std::string name = "iqn.2001-04.com.example:";
  name.append(223 - name.size(), 'x');
  EXPECT_TRUE(is_iscsi_name(name));
  EXPECT_FALSE(is_iscsi_name(name + 'x'));
}

TEST(OemText, LeavesOutWhatFillsTheField) {
  for (const Text field : {Text{"BOCHS "}, Text{"BOCHS\0", 6}, Text{"BOCHS \0 ", 8}, Text{"BOCHS"}})
    EXPECT_EQ(oem_text(as_bytes(field)), "BOCHS");
  EXPECT_EQ(oem_text(as_bytes(Text{" A B  "})), " A B");
  EXPECT_EQ(oem_text(as_bytes(Text{"   "})), "");
}

}  // namespace
}  // namespace isboot::ibft::test
