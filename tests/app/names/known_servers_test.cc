#include "app/names/known_servers.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

TEST(KnownServers, OfLeasesComeBeforeThoseOfFiles) {
  std::string pattern = fs::temp_directory_path() / "isboot-servers-XXXXXX";
  const fs::path root = mkdtemp(pattern.data());
  const auto write = [&root](const char* name, const char* text) {
    std::ofstream{root / name} << text;
  };
  write("net-eth0.conf", "IPV4ADDR='10.0.2.15'\nIPV4DNS0='10.0.2.3'\nDNSDOMAIN='one.example'\n");
  write("first", "nameserver 10.0.2.4\nnameserver 10.0.2.3\n");
  write("second", "nameserver 10.0.2.5\nsearch two.example\n");
  ServerPaths paths;
  paths.leases.klibc = root;
  paths.leases.dhclient = paths.leases.networkd = root / "none";
  paths.resolv_confs = {root / "first", root / "none", root / "second"};
  const NameServers known = known_servers(paths);
  fs::remove_all(root);
  ASSERT_EQ(known.servers.count, 3U);
  for (std::uint8_t i = 0; i < 3; ++i)
    EXPECT_EQ(known.servers[i], IpAddress::v4(10, 0, 2, static_cast<std::uint8_t>(3 + i)));
  ASSERT_EQ(known.domains.count, 2U);
  EXPECT_EQ(known.domains[1].view(), "two.example");
}

}  // namespace
}  // namespace isboot::app
