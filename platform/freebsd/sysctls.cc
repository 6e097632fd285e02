#include "platform/freebsd/sysctls.h"

#include "platform/freebsd/kernel.h"
#include "platform/freebsd/line.h"

namespace isboot::freebsd {

// A name that the kernel does not take costs nobody more than the sight of it.
void show(const char* name, Text value) { (void)isboot_show(name, (Line{} << value).c_str()); }

void show(const char* name, std::uint64_t value) {
  (void)isboot_show(name, Line{}.decimal(value).c_str());
}

void show_path(const ibft::Table& table, const boot::Path& path) {
  show("hw.ibft.initiator_name", path.login.initiator_name);
  show("hw.ibft.initiator_address", to_text(path.link.address));
  show("hw.ibft.target_name", path.login.target_name);
  show("hw.ibft.target_address", to_text(path.portal.address));
  show("hw.ibft.target_port", path.portal.port);
  show("hw.ibft.target_lun", to_text(path.lun));
  show("hw.ibft.nic_prefix", path.link.prefix);
  show("hw.ibft.nic_gateway",
       path.link.gateway.is_absent() ? Text{} : Text{to_text(path.link.gateway)});
  show("hw.ibft.oem", (Line{} << table.oem_id << ' ' << table.oem_table_id).text());
}

}  // namespace isboot::freebsd
