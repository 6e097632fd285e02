#include "core/boot/lease.h"

#include <gtest/gtest.h>

namespace isboot::boot {
namespace {

// As klibc 2.0.12, ISC dhclient 4.4 under dracut 059, and systemd 252 write them.
constexpr Text kKlibc =
    "DEVICE='eth0'\nPROTO='dhcp'\nIPV4ADDR='10.0.2.15'\nIPV4BROADCAST='10.0.2.255'\n"
    "IPV4NETMASK='255.255.255.0'\nIPV4GATEWAY='10.0.2.2'\nIPV4DNS0='10.0.2.3'\nIPV4DNS1='0.0.0.0'\n"
    "HOSTNAME='guest'\nDNSDOMAIN='example.org'\nROOTSERVER='10.0.2.2'\n"
    "ROOTPATH='iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk'\nfilename=''\nUPTIME='3'\n"
    "DHCPLEASETIME='86400'\nDOMAINSEARCH=''\n";
constexpr Text kDhclient =
    "new_dhcp_server_identifier='10.0.2.2'\nnew_domain_name_servers='10.0.2.3 10.0.2.4'\n"
    "new_host_name=guest\nnew_domain_name=example.org\nnew_ip_address=10.0.2.15\n"
    "new_root_path=iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk\nnew_routers='10.0.2.2 "
    "10.0.2.1'\n"
    "new_subnet_mask=255.255.255.0\n";
constexpr Text kNetworkd =
    "# This is private data. Do not parse.\nADDRESS=10.0.2.15\nNETMASK=255.255.255.0\n"
    "ROUTER=10.0.2.2\nSERVER_ADDRESS=10.0.2.2\nLIFETIME=86400\nDNS=10.0.2.3 10.0.2.4\n"
    "HOSTNAME=guest\nDOMAINNAME=example.org\nROOT_PATH=iscsi:10.0.2.2:::1:iqn.2026-11.org.example:"
    "disk\n";

TEST(Lease, IsReadAsEachClientWritesIt) {
  for (const Text file : {kKlibc, kDhclient, kNetworkd}) {
    SCOPED_TRACE(file);
    const Lease lease = parse_lease(file);
    EXPECT_EQ(lease.address, IpAddress::v4(10, 0, 2, 15));
    EXPECT_EQ(lease.prefix, 24);
    EXPECT_EQ(lease.gateway, IpAddress::v4(10, 0, 2, 2));
    EXPECT_EQ(lease.dns[0], IpAddress::v4(10, 0, 2, 3));
    EXPECT_EQ(lease.host_name.view(), "guest");
    EXPECT_EQ(lease.domain.view(), "example.org");
    EXPECT_EQ(lease.root_path.view(), "iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk");
  }
  EXPECT_EQ(parse_lease(kKlibc).device.view(), "eth0");
  EXPECT_TRUE(parse_lease(kKlibc).dns[1].is_absent());
  EXPECT_EQ(parse_lease(kDhclient).dns[1], IpAddress::v4(10, 0, 2, 4));
  EXPECT_EQ(parse_lease(kNetworkd).server, IpAddress::v4(10, 0, 2, 2));
}

TEST(Lease, WhatIsMissingIsAbsent) {
  for (const Text file : {Text{}, Text{"\n\n=\n"}, Text{"IPV4ADDR='nonsense'\nno equals sign"}}) {
    const Lease lease = parse_lease(file);
    EXPECT_TRUE(lease.address.is_absent());
    EXPECT_TRUE(lease.root_path.empty());
  }
}

TEST(Lease, FillsInWhatTheParameterLeavesOpen) {
  IpParameter parameter = *parse_ip_parameter("::::mine::dhcp:10.9.9.9");
  apply_lease(parse_lease(kKlibc), parameter);
  EXPECT_EQ(parameter.address, IpAddress::v4(10, 0, 2, 15));
  EXPECT_EQ(parameter.prefix, 24);
  EXPECT_EQ(parameter.device.view(), "eth0");
  EXPECT_EQ(parameter.host_name.view(), "mine");
  EXPECT_EQ(parameter.dns[0], IpAddress::v4(10, 9, 9, 9));
}

}  // namespace
}  // namespace isboot::boot
