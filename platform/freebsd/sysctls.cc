#include "platform/freebsd/sysctls.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/ports/line.h"
#include "platform/freebsd/kernel.h"

namespace isboot::freebsd {
namespace {

struct Sysctl {
  InlineText<47> name;            // empty: free
  std::array<char, 256> value{};  // read by sysctl(8) while it may change: always ends with NUL
};

// In the module's own memory: sysctl(8) reads it when the process has ended, until it is unloaded.
std::array<Sysctl, 48> sysctls;

struct Node {
  Text prefix;
  isboot_node node;
};
constexpr Node kNodes[] = {{"hw.isboot.", ISBOOT_HW_ISBOOT},
                           {"hw.ibft.", ISBOOT_HW_IBFT},
                           {"net.isboot.", ISBOOT_NET_ISBOOT}};

// `name` ends with NUL.
bool make(Text name, Sysctl& sysctl) {
  for (const Node& row : kNodes) {
    if (!same_text(part_of(name, 0, row.prefix.size()), row.prefix)) continue;
    if (!sysctl.name.assign(name)) return false;
    const char* const last = name.data() + row.prefix.size();
    if (isboot_add_sysctl(row.node, last, sysctl.value.data(), sysctl.value.size()) == 0)
      return true;
    sysctl.name = {};
  }
  return false;
}

// The one of that name, made when there is none; null when it cannot be.
Sysctl* find(Text name) {
  for (Sysctl& sysctl : sysctls) {
    if (same_text(sysctl.name, name)) return &sysctl;
    if (sysctl.name.empty()) return make(name, sysctl) ? &sysctl : nullptr;
  }
  return nullptr;
}

}  // namespace

// A name that the kernel does not take costs nobody more than the sight of it.
void show(const char* name, Text value) {
  Line full;
  full << name;
  Sysctl* const sysctl = find(full.text());
  if (sysctl == nullptr) return;
  const Text shown = part_of(value, 0, sysctl->value.size() - 1);
  std::copy(shown.begin(), shown.end(), sysctl->value.begin());
  sysctl->value[shown.size()] = 0;
}

void show(const char* name, std::uint64_t value) { show(name, Line{}.decimal(value).text()); }

void show_path(const ibft::Table& table, const boot::Path& path) {
  show("hw.ibft.initiator_name", path.login.initiator_name);
  show("hw.ibft.initiator_address", to_text(path.link.address));
  show("hw.ibft.target_name", path.login.target_name);
  show("hw.ibft.target_address", to_text(path.portal.address));
  show("hw.ibft.target_port", path.portal.port);
  show("hw.ibft.target_lun", to_text(path.lun));
  show("hw.isboot.origin", path.origin == ibft::Origin::Dhcp ? Text{"dhcp"} : Text{"static"});
  show("hw.ibft.nic_prefix", path.link.prefix);
  show("hw.ibft.nic_gateway",
       path.link.gateway.is_absent() ? Text{} : Text{to_text(path.link.gateway)});
  show("hw.ibft.oem", (Line{} << table.oem_id << ' ' << table.oem_table_id).text());
}

}  // namespace isboot::freebsd
