#include "app/table/export_table.h"

#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>

#include "core/boot/tableless.h"

namespace isboot::app {
namespace {

using linux_platform::SessionRecord;

ibft::Nic nic_of(const NicSetup& setup, ibft::Origin origin, std::uint8_t index) {
  ibft::Nic nic;
  nic.index = index;
  nic.valid = nic.boot_selected = nic.global = true;
  nic.mac = setup.nic.mac;
  nic.pci = ibft::PciAddress{setup.nic.pci.value_or(0)};
  nic.address = setup.config.address;
  nic.prefix = setup.config.prefix;
  nic.origin = origin;
  nic.gateway = setup.config.gateway;
  nic.vlan = setup.config.vlan;
  return nic;
}

ibft::Target target_of(const SessionRecord& record, std::uint8_t index) {
  ibft::Target target;
  target.index = target.nic_index = index;
  target.valid = target.boot_selected = true;
  target.address = record.kernel.portal.address;
  target.port = record.kernel.portal.port;
  target.lun = record.lun;
  target.name = record.kernel.target_name;
  boot::set_chap(record.login.credentials, target);
  return target;
}

void pad(std::vector<std::uint8_t>& archive) {
  while (archive.size() % 4 != 0) archive.push_back(0);
}

void append_entry(std::vector<std::uint8_t>& archive, const char* name, unsigned mode,
                  Bytes content) {
  const std::size_t name_size = std::strlen(name) + 1;
  // inode, mode, uid, gid, links, mtime, size, device and special device in two halves each,
  // size of the name, checksum (unused)
  const std::array<std::size_t, 13> fields = {1, mode, 0, 0, 1,         0, content.size(),
                                              0, 0,    0, 0, name_size, 0};
  std::string header = "070701";
  for (const std::size_t field : fields) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08zx", field);
    header += digits;
  }
  archive.insert(archive.end(), header.begin(), header.end());
  archive.insert(archive.end(), name, name + name_size);
  pad(archive);
  archive.insert(archive.end(), content.begin(), content.end());
  pad(archive);
}

}  // namespace

Result<MutableBytes> table_of_sessions(std::span<const SessionRecord> sessions,
                                       MutableBytes output) {
  ibft::Table table;
  table.revision = 1;
  table.oem_id = "ISBOOT";
  table.oem_table_id = "EXPORT";
  for (const SessionRecord& record : sessions) {
    if (!record.nic) continue;
    const auto index = static_cast<std::uint8_t>(table.nics.count);
    if (!table.nics.push(nic_of(*record.nic, record.origin, index))) break;
    table.targets.push(target_of(record, index));
    if (table.initiator) continue;
    ibft::Initiator& initiator = table.initiator.emplace();
    initiator.valid = initiator.boot_selected = true;
    initiator.name = record.kernel.initiator_name;
  }
  if (table.nics.empty()) return Error{Errc::NotFound, 0, "there is no session to export"};
  return ibft::encode(table, ibft::Layout::Ipxe, output);
}

std::vector<std::uint8_t> initramfs_with(const char* name, Bytes content) {
  std::vector<std::uint8_t> archive;
  // Room for all of it: secrets would stay behind in what a vector that grows leaves.
  archive.reserve(content.size() + 1024);
  append_entry(archive, name, S_IFREG | 0600, content);
  append_entry(archive, "TRAILER!!!", 0, {});
  return archive;
}

}  // namespace isboot::app
