// The kernel's ip= (Documentation/admin-guide/nfs/nfsroot.rst), as dracut has extended it
// (dracut.cmdline(7)): how one NIC has its address.
#pragma once

#include <array>

#include "core/base/ip_address.h"
#include "core/base/mac_address.h"
#include "core/ports/network.h"

namespace isboot::boot {

struct IpParameter {
  enum class Method : std::uint8_t {
    None,        // "off": nothing is set up
    Static,      // all is here
    Dhcp,        // a client has it, or gets it
    Advertised,  // "auto6": IPv6 routers tell
  };
  Method method = Method::None;
  LinkName device;  // empty: not named
  MacAddress mac;   // of the NIC; zero: not named
  IpAddress address;
  std::uint8_t prefix = 0;       // bits
  bool prefix_is_guess = false;  // the value has none
  IpAddress gateway;
  std::array<IpAddress, 2> dns;
  IpAddress dhcp_server;  // known from a lease only
  InlineText<64> host_name;
  std::uint32_t mtu = 0;  // bytes, 0: as it is
};

// One value of ip=:
//   dhcp
//   device:dhcp[:mtu[:mac]]
//   address:peer:gateway:netmask:host name:device:method[:dns[:dns]] or [:mtu[:mac]]
// IPv6 addresses are in brackets; a netmask is one or a number of bits, which may also stand behind
// the address and a '/'. Without one it is what the kernel and NetworkManager take: that of the
// address's class, 64 bits for IPv6. Without an address and a method the method is DHCP. Of
// several methods with commas the first counts that is understood. Errc::BadValue with the offset
// of what is wrong.
Result<IpParameter> parse_ip_parameter(Text value);

// A netmask in dotted form, or a number of bits, for an address like `address`.
Result<std::uint8_t> parse_netmask(Text text, const IpAddress& address);

}  // namespace isboot::boot
