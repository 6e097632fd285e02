#include "core/boot/ip_parameter.h"

#include <gtest/gtest.h>

namespace isboot::boot {
namespace {

using Method = IpParameter::Method;

IpParameter good(Text value) {
  const auto parsed = parse_ip_parameter(value);
  EXPECT_TRUE(parsed) << value << ": " << (parsed ? "" : parsed.error().text);
  return parsed ? *parsed : IpParameter{};
}

TEST(IpParameter, ReadsTheKernelsStaticFormInAllItsFields) {
  const IpParameter ip =
      good("10.0.2.15:10.0.2.9:10.0.2.2:255.255.255.0:guest:eth0:none:10.0.2.3:10.0.2.4:10.0.2.5");
  EXPECT_EQ(ip.method, Method::Static);
  EXPECT_EQ(ip.address, IpAddress::v4(10, 0, 2, 15));
  EXPECT_EQ(ip.prefix, 24);
  EXPECT_EQ(ip.gateway, IpAddress::v4(10, 0, 2, 2));
  EXPECT_EQ(ip.host_name.view(), "guest");
  EXPECT_EQ(ip.device.view(), "eth0");
  EXPECT_EQ(ip.dns[0], IpAddress::v4(10, 0, 2, 3));
  EXPECT_EQ(ip.dns[1], IpAddress::v4(10, 0, 2, 4));
  EXPECT_EQ(ip.mtu, 0U);
}

TEST(IpParameter, FieldsMayBeLeftOut) {
  const IpParameter ip = good("10.0.2.15:::16");
  EXPECT_EQ(ip.method, Method::Static);
  EXPECT_EQ(ip.prefix, 16);
  EXPECT_TRUE(ip.gateway.is_absent());
  EXPECT_TRUE(ip.device.empty());
}

TEST(IpParameter, Ipv6IsInBrackets) {
  const IpParameter ip = good("[2001:db8::15]::[2001:db8::1]:64:guest:ens3:none:[2001:db8::3]");
  EXPECT_EQ(ip.address, *parse_ip("2001:db8::15"));
  EXPECT_EQ(ip.gateway, *parse_ip("2001:db8::1"));
  EXPECT_EQ(ip.prefix, 64);
  EXPECT_EQ(ip.device.view(), "ens3");
  EXPECT_EQ(ip.dns[0], *parse_ip("2001:db8::3"));
}

TEST(IpParameter, ReadsMethods) {
  struct Row {
    const char* value;
    Method method;
    const char* device;
  };
  for (const Row& row :
       {Row{"dhcp", Method::Dhcp, ""}, Row{"on", Method::Dhcp, ""}, Row{"any", Method::Dhcp, ""},
        Row{"off", Method::None, ""}, Row{"auto6", Method::Advertised, ""},
        Row{"eth1:dhcp", Method::Dhcp, "eth1"}, Row{"ens3:auto6", Method::Advertised, "ens3"},
        Row{"eth0:off", Method::None, "eth0"}, Row{":::::eth0:dhcp", Method::Dhcp, "eth0"},
        Row{":dhcp", Method::Dhcp, ""}, Row{"eth0:dhcp4", Method::Dhcp, "eth0"},
        Row{"dhcp,dhcp6", Method::Dhcp, ""}, Row{"eth0:dhcp6,auto6", Method::Advertised, "eth0"},
        // Neither an address nor a method: the kernel asks by every way that it knows.
        Row{"::::guest:eth0", Method::Dhcp, "eth0"},
        Row{"::::guest:eth0:", Method::Dhcp, "eth0"}}) {
    SCOPED_TRACE(row.value);
    const IpParameter ip = good(row.value);
    EXPECT_EQ(ip.method, row.method);
    EXPECT_EQ(ip.device.view(), row.device);
  }
}

TEST(IpParameter, ReadsDracutsMtuAndMac) {
  const IpParameter by_device = good("eth0:dhcp:9000:52:54:00:12:34:56");
  EXPECT_EQ(by_device.mtu, 9000U);
  EXPECT_EQ(by_device.mac, *parse_mac("52:54:00:12:34:56"));
  const IpParameter whole = good("10.0.2.15:::24::eth0:none:1400:52:54:00:12:34:56");
  EXPECT_EQ(whole.mtu, 1400U);
  EXPECT_EQ(whole.mac, *parse_mac("52:54:00:12:34:56"));
  const IpParameter no_mtu = good("10.0.2.15:::24::eth0:none::52:54:00:12:34:56");
  EXPECT_EQ(no_mtu.mtu, 0U);
  EXPECT_EQ(no_mtu.mac, *parse_mac("52:54:00:12:34:56"));
  EXPECT_EQ(good("10.0.2.15:::24::eth0:none::52-54-00-12-34-56").mac, no_mtu.mac);
}

TEST(IpParameter, PrefixMayStandBehindTheAddress) {
  for (const char* value :
       {"10.0.2.15/24", "10.0.2.15/24::10.0.2.2", "10.0.2.15/24:::8::eth0:none"})
    EXPECT_EQ(good(value).prefix, 24) << value;
  for (const char* value :
       {"[2001:db8::15]/56::[2001:db8::1]", "[2001:db8::15/56]:::::ens3:none"}) {
    EXPECT_EQ(good(value).prefix, 56) << value;
    EXPECT_EQ(good(value).address, *parse_ip("2001:db8::15")) << value;
  }
}

// "10.0.0.2::10.0.0.1::host:eth0:none" and "ip=ADDRESS" alone boot today: the kernel and klibc
// guess the netmask.
TEST(IpParameter, NetmaskThatIsMissingIsThatOfTheClass) {
  struct Row {
    const char* value;
    std::uint8_t prefix;
  };
  for (const Row& row :
       {Row{"10.0.2.15", 8}, Row{"172.16.0.1::172.16.0.2::guest:eth0:none", 16},
        Row{"192.0.2.1::192.0.2.2", 24}, Row{"[2001:db8::15]::[2001:db8::1]", 64}}) {
    const IpParameter ip = good(row.value);
    EXPECT_EQ(ip.prefix, row.prefix) << row.value;
    EXPECT_TRUE(ip.prefix_is_guess) << row.value;
  }
  EXPECT_FALSE(good("10.0.2.15:::24").prefix_is_guess);
}

TEST(IpParameter, NamesWhatIsWrongAndWhere) {
  struct Row {
    const char* value;
    std::uint32_t offset;
  };
  for (const Row& row :
       {Row{"", 0}, Row{"nonsense", 0}, Row{"10.0.2.300:::24", 0}, Row{"10.0.2.15/x", 10},
        Row{"10.0.2.15::x:24", 11}, Row{"10.0.2.15:::33", 12}, Row{"10.0.2.15:::255.0.255.0", 12},
        Row{"10.0.2.15:::24::eth0:magic", 21}, Row{"::::::none", 0}, Row{"dhcp6", 0},
        Row{"eth0:dhcp6", 5}, Row{"ibft", 0}, Row{"eth0:dhcp:12", 10},
        Row{"eth0:dhcp:9000:52:54", 15}, Row{"1:2:3:4:5:6:7:8:9:0:1:2:3:4:5", 28},
        Row{"[2001:db8::15]:::255.255.255.0", 17},
        Row{"10.0.2.15:::24::a-name-too-long-for-it", 16}, Row{"[", 0}}) {
    SCOPED_TRACE(row.value);
    const auto parsed = parse_ip_parameter(row.value);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::BadValue);
    EXPECT_EQ(parsed.error().offset, row.offset) << parsed.error().text;
  }
}

}  // namespace
}  // namespace isboot::boot
