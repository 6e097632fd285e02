#include "core/iscsi/url.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot::iscsi {
namespace {

struct Good {
  const char* url;
  const char* portal;  // "" when the server is a name
  const char* host;
  const char* lun;
  const char* target;
};

TEST(Url, ReadsEveryForm) {
  const Good rows[] = {
      {"iscsi:10.0.2.2::::iqn.2026-11.org.example:disk", "10.0.2.2:3260", "", "0000000000000000",
       "iqn.2026-11.org.example:disk"},
      {"iscsi:10.0.2.2:6:3261:1:iqn.2026-11.org.example:disk", "10.0.2.2:3261", "",
       "0001000000000000", "iqn.2026-11.org.example:disk"},
      {"iscsi:[fd00::1]::860:4752-3A4F-6B7E-2F99:eui.0123456789abcdef", "[fd00::1]:860", "",
       "47523a4f6b7e2f99", "eui.0123456789abcdef"},
      {"iscsi:boot.example.org:::a:naa.5", "", "boot.example.org", "000a000000000000", "naa.5"},
      {"iscsi:10.0.2.2:tcp:3260:1:iqn.x", "10.0.2.2:3260", "", "0001000000000000", "iqn.x"},
      {"iscsi:10.0.2.2:TCP:::iqn.x", "10.0.2.2:3260", "", "0000000000000000", "iqn.x"},
      {"iscsi:[fe80::1%eth0]::::iqn.x", "[fe80::1]:3260", "", "0000000000000000", "iqn.x"},
      {"iscsi://10.0.2.2/iqn.2026-11.org.example:disk/20", "10.0.2.2:3260", "", "0014000000000000",
       "iqn.2026-11.org.example:disk"},
      {"iscsi://[fd00::1]:3261/iqn.x/1", "[fd00::1]:3261", "", "0001000000000000", "iqn.x"},
      {"iscsi://10.0.2.2:3261/iqn.x", "10.0.2.2:3261", "", "0000000000000000", "iqn.x"},
      {"iscsi://10.0.2.2:3261/iqn.x/", "10.0.2.2:3261", "", "0000000000000000", "iqn.x"},
      {" iscsi:10.0.2.2::::iqn.x\r\n", "10.0.2.2:3260", "", "0000000000000000", "iqn.x"},
      {"iscsi:10.0.2.2:::0x1f:iqn.x", "10.0.2.2:3260", "", "001f000000000000", "iqn.x"},
      {"iscsi:10.0.2.2:::412c000000000000:iqn.x", "10.0.2.2:3260", "", "412c000000000000", "iqn.x"},
      {"iscsi://10.0.2.2/iqn.x/1/", "10.0.2.2:3260", "", "0001000000000000", "iqn.x"},
      {"iscsi://10.0.2.2/iqn.x/1?header_digest=crc32c", "10.0.2.2:3260", "", "0001000000000000",
       "iqn.x"},
      {"iscsi:[fe80::1%25eth0]::::iqn.x", "[fe80::1]:3260", "", "0000000000000000", "iqn.x"},
      {"iscsi: 10.0.2.2 : 6 : 3260 : 1 : iqn.x", "10.0.2.2:3260", "", "0001000000000000", "iqn.x"},
      {"iscsi://10.0.2.2:/iqn.x/1", "10.0.2.2:3260", "", "0001000000000000", "iqn.x"},
      {"ISCSI:10.0.2.2::::", "10.0.2.2:3260", "", "0000000000000000", ""},
  };
  for (const Good& row : rows) {
    SCOPED_TRACE(row.url);
    const auto url = parse_url(row.url);
    ASSERT_TRUE(url) << url.error().text;
    EXPECT_EQ(url->host.view(), row.host);
    if (*row.portal != '\0') {
      EXPECT_EQ(to_text(url->portal).view(), row.portal);
    } else {
      EXPECT_TRUE(url->portal.address.is_absent());
    }
    EXPECT_EQ(to_hex(url->lun).view(), row.lun);
    EXPECT_EQ(url->target_name.view(), row.target);
    EXPECT_EQ(url->link.view(), Text{row.url}.find('%') == Text::npos ? "" : "eth0");
  }
}

// As iPXE and libiscsi take it.
TEST(Url, UnderstandsEscapedNames) {
  const auto url = parse_url("iscsi://10.0.2.2/iqn.2026-11.org.example%3Adisk/1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->target_name.view(), "iqn.2026-11.org.example:disk");
  EXPECT_EQ(parse_url("iscsi:10.0.2.2::::iqn.x%3a1")->target_name.view(), "iqn.x:1");
  EXPECT_EQ(parse_url("iscsi:10.0.2.2::::iqn.x%zz")->target_name.view(), "iqn.x%zz");
  for (const char* bad :
       {"iscsi:10.0.2.2::::iqn%00", "iscsi:10.0.2.2::::iqn%20", "iscsi:10.0.2.2::::%0a"})
    EXPECT_FALSE(parse_url(bad)) << bad;
}

TEST(Url, SaysWhatIsWrongAndWhere) {
  struct Bad {
    std::string url;
    std::uint32_t offset;
  };
  const Bad rows[] = {
      {"", 0},
      {"http://10.0.2.2/", 0},
      {"iscsi:", 6},
      {"iscsi:10.0.2.2", 14},
      {"iscsi:10.0.2.2:6:3260:0", 23},
      {"iscsi:::::iqn.x", 6},
      {"iscsi:10.0.2.2:17:::iqn.x", 15},
      {"iscsi:10.0.2.2:tcpx:::iqn.x", 15},
      {"iscsi://10.0.2.2", 16},
      {"iscsi://user%secret@10.0.2.2/iqn.x/1", 8},
      {"iscsi://10.0.2.2:0/iqn.x/1", 8},
      {"iscsi://10.0.2.2/iqn.x/1?target_user=me", 24},
      {"iscsi://10.0.2.2/iqn.x/1?a&Target_Password=x", 24},
      {"iscsi:10.0.2.2:::0x:iqn.x", 19},
      {"iscsi:10.0.2.2:::412c00000000000g:iqn.x", 31},
      {"iscsi://10.0.2.2/iqn x/1", 17},
      {"iscsi://10.0.2.2/iqn.x/1f", 23},
      {"iscsi://10.0.2.2/iqn.x/16384", 23},
      {"iscsi:10.0.2.2::0::iqn.x", 16},
      {"iscsi:10.0.2.2::65536::iqn.x", 16},
      {"iscsi:10.0.2.2:::1x:iqn.x", 18},
      {"iscsi:[fd00::1::::iqn.x", 6},
      {"iscsi:10.0.2.2,1::::iqn.x", 6},
      {"iscsi:0.0.0.0::::iqn.x", 6},
      {"iscsi:[::]::::iqn.x", 6},
      {"iscsi:10.0.2.2::::iqn x", 18},
      {"iscsi:10.0.2.2::::" + std::string(224, 'a'), 18},
  };
  for (const Bad& row : rows) {
    SCOPED_TRACE(row.url);
    const auto url = parse_url(row.url);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().offset, row.offset);
  }
}

}  // namespace
}  // namespace isboot::iscsi
