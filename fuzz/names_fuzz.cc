// Any bytes as a DNS server's answer, and as a resolv.conf: what is taken is whole and bounded.
#include "core/names/dns_message.h"
#include "core/names/name_servers.h"

namespace {

using namespace isboot;
using namespace isboot::names;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

// The answer's own number and kind are taken for those of the question: else few would be read.
void read_as_answer(Bytes message, Family family) {
  const std::uint16_t id =
      message.size() < 2 ? 0 : static_cast<std::uint16_t>(message[0] << 8 | message[1]);
  Addresses addresses;
  const Reply reply = read_reply({id, "storage.example", family}, message, addresses);
  require((reply == Reply::Found) == !addresses.empty());
  require(!to_text(reply).empty());
  for (const IpAddress& address : addresses) require(address.is_v4() == (family == Family::V4));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes{data, size};
  read_as_answer(bytes, Family::V4);
  read_as_answer(bytes, Family::V6);
  const NameServers list = parse_resolv_conf(as_text(bytes));
  for (const IpAddress& server : list.servers) require(!server.is_absent());
  for (const HostName& domain : list.domains) require(is_dns_name(domain));
  return 0;
}
