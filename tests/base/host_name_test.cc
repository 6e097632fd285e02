#include "core/base/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace isboot {
namespace {

TEST(HostName, IsLabelsWithDots) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + label.substr(2);
  for (const std::string& good : {std::string{"a"}, std::string{"Storage-1.example."}, longest,
                                  std::string{"10.example"}, std::string{"_iscsi.a1"}})
    EXPECT_TRUE(is_dns_name(good)) << good;
  for (const std::string& bad :
       {std::string{}, std::string{"."}, std::string{"a..b"}, std::string{".a"}, std::string{"-a"},
        std::string{"a-.b"}, std::string{"a b"}, std::string{"a/b"}, std::string{"\xc3\xa4"},
        label + "a", longest + "a", std::string{"a\0b", 3}})
    EXPECT_FALSE(is_dns_name(bad)) << bad;
}

// What looks like an address is none, and must not be asked of a server as a name.
TEST(HostName, DoesNotEndInANumber) {
  for (const char* bad : {"10.0.0.300", "10.0.0", "1", "a.1", "10.0.0.1."})
    EXPECT_FALSE(is_dns_name(bad)) << bad;
}

}  // namespace
}  // namespace isboot
