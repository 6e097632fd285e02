// Any kernel command line, and the same bytes as a lease: what asks for a boot without a table
// ends in a table that can be encoded, or in a reason, and no password gets into either.
#include <vector>

#include "core/boot/lease.h"
#include "core/boot/tableless.h"
#include "core/ibft/encode.h"

namespace {

void require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isboot;
  const Text line = as_text(Bytes{data, size});
  boot::ParameterWarnings warnings;
  boot::Tableless wanted = boot::read_tableless(line, warnings);
  const boot::Lease lease = boot::parse_lease(line);
  require(lease.prefix <= lease.address.max_prefix());
  for (boot::IpParameter& nic : wanted.nics) {
    require(nic.prefix <= nic.address.max_prefix());
    require(nic.method != boot::IpParameter::Method::None);
    if (nic.method == boot::IpParameter::Method::Dhcp) boot::apply_lease(lease, nic);
  }
  for (const boot::Netroot& target : wanted.targets)
    require(target.url.portal.address.is_absent() != target.url.host.empty());  // one of the two
  const iscsi::Credentials none;
  const auto table = boot::make_table(wanted, none);
  if (!table) return 0;
  require(table->targets.count == wanted.targets.count && table->nics.count == wanted.nics.count);
  for (const ibft::Target& target : table->targets) {
    require(target.nic_index < table->nics.count);
    require(target.chap == ibft::ChapType::None);
  }
  // Only a NUL inside of a text cannot be encoded, and the kernel's line has none.
  std::vector<std::uint8_t> output(ibft::kMaxEncoded);
  (void)ibft::encode(*table, ibft::Layout::Ipxe, output);
  return 0;
}
