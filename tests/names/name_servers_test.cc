#include "core/names/name_servers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isboot::names {
namespace {

std::vector<std::string> servers(const NameServers& list) {
  std::vector<std::string> all;
  for (const IpAddress& server : list.servers) all.emplace_back(to_text(server).view());
  return all;
}

using Names = std::vector<std::string>;

TEST(NameServers, AreReadFromAResolvConf) {
  const NameServers list = parse_resolv_conf(
      "# nameserver 10.0.0.9\n; another remark\nsearch old.example\n\n"
      "nameserver 10.0.0.1\nnameserver\t2001:db8::1 # the second\r\nnameserver fe80::1%eth0\n"
      "nameserver storage.example\nnameserver 10.0.0.1\noptions edns0\n"
      "search one.example two.example bad..example three.example four.example");
  EXPECT_EQ(servers(list), (Names{"10.0.0.1", "2001:db8::1"}));
  ASSERT_EQ(list.domains.count, 3U);
  EXPECT_EQ(list.domains[0].view(), "one.example");
  EXPECT_EQ(list.domains[2].view(), "three.example");
}

TEST(NameServers, AreNoMoreThanThereIsRoomFor) {
  std::string file;
  for (int i = 0; i < 100; ++i) file += "nameserver 10.0.0." + std::to_string(i + 1) + "\n";
  EXPECT_EQ(parse_resolv_conf(file).servers.count, 6U);
  EXPECT_TRUE(parse_resolv_conf(std::string(100000, ' ')).servers.empty());
}

TEST(NameServers, OfTheTableComeFirst) {
  NameServers known = parse_resolv_conf("nameserver 127.0.0.53\nnameserver 10.0.0.1\ndomain a.b\n");
  const std::array<IpAddress, 2> of_table = {IpAddress::v4(10, 0, 0, 2), IpAddress{}};
  EXPECT_EQ(servers(order_servers(of_table, known, false)),
            (Names{"10.0.0.2", "127.0.0.53", "10.0.0.1"}));
  const NameServers over_nic = order_servers(of_table, known, true);
  EXPECT_EQ(servers(over_nic), (Names{"10.0.0.2", "10.0.0.1"}));
  EXPECT_EQ(over_nic.domains.count, 1U);
}

}  // namespace
}  // namespace isboot::names
