// Any text as a URL and as a target's address: what is accepted is whole and bounded,
// and an address means the same when it is written again.
#include <string>

#include "core/iscsi/redirect.h"
#include "core/iscsi/url.h"

namespace {

using namespace isboot;
using namespace isboot::iscsi;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Text text = as_text({data, size});
  if (const auto url = parse_url(text)) {
    require(url->portal.port != 0);
    require(url->portal.address.is_absent() || url->host.empty());
    for (const char c : url->target_name.view()) require(static_cast<unsigned char>(c) > ' ');
  } else {
    require(url.error().offset <= size);
  }
  const auto address = parse_target_address(text);
  if (!address) {
    require(address.error().offset <= size);
    return 0;
  }
  if (!address->host.empty()) return 0;
  std::string written{to_text(address->portal).view()};
  if (address->has_group_tag) written += "," + std::to_string(address->group_tag);
  const auto again = parse_target_address(written);
  require(again.ok() && again->portal == address->portal);
  require(again->has_group_tag == address->has_group_tag && again->group_tag == address->group_tag);
  return 0;
}
