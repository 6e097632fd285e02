// The table as the module iscsi_ibft shows it, one small file for each field, made into
// a table again. Only root may read them.
#include <algorithm>
#include <limits>
#include <optional>

#include "core/ibft/encode.h"
#include "core/ibft/name.h"
#include "platform/linux/firmware/kernel_lun.h"
#include "platform/linux/firmware/sources.h"
#include "platform/linux/sysfs/sysfs.h"

namespace isboot::linux_platform {
namespace {

using ibft::StructureKind;

// One folder of attributes: ethernet0, target1, …
class Attributes {
public:
  // Texts live in `arena`, which must not move while they are used.
  Attributes(const Sysfs& sysfs, const std::string& folder, SecretPages& arena)
      : sysfs_{sysfs}, folder_{folder + "/"}, arena_{arena} {}

  bool has(const char* name) const { return sysfs_.has(folder_ + name); }
  // Without the newline; empty when the kernel shows no such attribute.
  Text text(const char* name) const {
    const std::size_t start = arena_.bytes().size();
    const std::size_t size = sysfs_.read_into(folder_ + name, arena_.memory().subspan(start));
    arena_.resize(start + size);
    return as_text(arena_.bytes().subspan(start));
  }
  template <class Integer>
  Integer number(const char* name) const {
    const auto value = parse_decimal(text(name), std::numeric_limits<Integer>::max());
    return value ? static_cast<Integer>(*value) : Integer{0};
  }
  IpAddress address(const char* name) const {
    const auto value = parse_ip(text(name));
    return value ? *value : IpAddress{};
  }
  // The bus, device and function of the PCI device that the NIC sits on.
  std::optional<ibft::PciAddress> pci() const {
    const std::string target = sysfs_.target(folder_ + "device");
    const auto pci = ibft::parse_pci(part_of(target, target.size() < 7 ? 0 : target.size() - 7));
    if (!pci) return std::nullopt;
    return *pci;
  }

private:
  const Sysfs& sysfs_;
  std::string folder_;
  SecretPages& arena_;
};

constexpr bool is_set(std::uint8_t flags, unsigned bit) { return (flags >> bit & 1) != 0; }

// The N of every "prefixN" in the folder, ascending.
std::vector<unsigned> numbers_in(const Sysfs& sysfs, Text prefix) {
  std::vector<unsigned> found;
  for (const std::string& name : sysfs.names(".")) {
    if (!name.starts_with(prefix)) continue;
    const auto number = parse_decimal(part_of(name, prefix.size()), UINT8_MAX);
    if (number) found.push_back(static_cast<unsigned>(*number));
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Rebuild {
public:
  Rebuild(const std::string& root, SecretPages& arena) : sysfs_{root}, arena_{arena} {}

  // False when the module shows nothing.
  bool read() {
    initiator();
    for (const unsigned number : numbers("ethernet")) nic(number);
    for (const unsigned number : numbers("target")) target(number);
    if (!table_.initiator && table_.nics.empty() && table_.targets.empty()) return false;
    table_.revision = 1;  // the module takes no other
    const Attributes in = attributes("acpi_header");
    table_.oem_id = ibft::oem_text(as_bytes(in.text("oem_id")));
    table_.oem_table_id = ibft::oem_text(as_bytes(in.text("oem_table_id")));
    if (table_.oem_id.empty()) unknown({StructureKind::Header, 0}, "oem id");
    unknown({StructureKind::Control, 0}, "boot failover");
    return true;
  }
  const ibft::Table& table() const { return table_; }
  std::vector<ibft::Finding> take_unknown() { return std::move(unknown_); }

private:
  Attributes attributes(const std::string& folder) const { return {sysfs_, folder, arena_}; }
  void unknown(ibft::Place place, const char* field) {
    ibft::Findings one;
    one.add(ibft::FindingCode::Rebuilt, place, 0, field);
    unknown_.push_back(one[0]);
  }

  std::vector<unsigned> numbers(Text prefix) const { return numbers_in(sysfs_, prefix); }

  void initiator() {
    if (!sysfs_.has("initiator")) return;
    const Attributes in = attributes("initiator");
    const auto flags = in.number<std::uint8_t>("flags");
    ibft::Initiator initiator;
    initiator.valid = is_set(flags, 0);
    initiator.boot_selected = is_set(flags, 1);
    initiator.isns = in.address("isns-server");
    initiator.slp = in.address("slp-server");
    initiator.radius = {in.address("pri-radius-server"), in.address("sec-radius-server")};
    initiator.name = in.text("initiator-name");
    table_.initiator = initiator;
  }

  void nic(unsigned number) {
    const Attributes in = attributes("ethernet" + std::to_string(number));
    const auto place = static_cast<std::uint8_t>(table_.nics.count);
    const auto flags = in.number<std::uint8_t>("flags");
    ibft::Nic nic;
    nic.index = static_cast<std::uint8_t>(number);
    nic.valid = is_set(flags, 0);
    nic.boot_selected = is_set(flags, 1);
    nic.global = is_set(flags, 2);
    nic.address = in.address("ip-addr");
    nic.prefix = in.number<std::uint8_t>("prefix-len");
    nic.origin = static_cast<ibft::Origin>(in.number<std::uint8_t>("origin"));
    nic.gateway = in.address("gateway");
    nic.dns = {in.address("primary-dns"), in.address("secondary-dns")};
    nic.dhcp_server = in.address("dhcp");
    nic.vlan = in.number<std::uint16_t>("vlan");
    if (const auto mac = parse_mac(in.text("mac"))) nic.mac = *mac;
    nic.host_name = in.text("hostname");
    const auto pci = in.pci();
    if (pci) nic.pci = *pci;
    if (table_.nics.push(nic) && !pci) unknown({StructureKind::Nic, place}, "pci");
  }

  void target(unsigned number) {
    const Attributes in = attributes("target" + std::to_string(number));
    const auto place = static_cast<std::uint8_t>(table_.targets.count);
    const auto flags = in.number<std::uint8_t>("flags");
    ibft::Target target;
    target.index = static_cast<std::uint8_t>(number);
    target.valid = is_set(flags, 0);
    target.boot_selected = is_set(flags, 1);
    target.radius_chap = is_set(flags, 2);
    target.radius_reverse_chap = is_set(flags, 3);
    target.address = in.address("ip-addr");
    target.port = in.number<std::uint16_t>("port");
    const KernelLun lun = parse_kernel_lun(in.text("lun"));
    target.lun = lun.lun;
    target.chap = static_cast<ibft::ChapType>(in.number<std::uint8_t>("chap-type"));
    target.nic_index = in.number<std::uint8_t>("nic-assoc");
    target.name = in.text("target-name");
    target.chap_name = in.text("chap-name");
    target.chap_secret = in.text("chap-secret");
    target.reverse_chap_name = in.text("rev-chap-name");
    target.reverse_chap_secret = in.text("rev-chap-name-secret");
    // Drivers of adapters (qedi, qla4xxx, be2iscsi) do not show the type.
    if (!in.has("chap-type") && !target.chap_secret.empty())
      target.chap =
          target.reverse_chap_secret.empty() ? ibft::ChapType::Chap : ibft::ChapType::Mutual;
    if (table_.targets.push(target) && !lun.certain) unknown({StructureKind::Target, place}, "lun");
  }

  Sysfs sysfs_;
  SecretPages& arena_;
  ibft::Table table_;
  std::vector<ibft::Finding> unknown_;
};

void rebuild(const std::string& folder, const std::string& source, FirmwareSearch& search) {
  auto arena = SecretPages::allocate(kMaxTableFile);
  auto pages = SecretPages::allocate(ibft::kMaxEncoded);
  if (!arena || !pages) return;
  Rebuild rebuild{folder, *arena};
  if (!rebuild.read()) return;
  const auto table = ibft::encode(rebuild.table(), ibft::Layout::Ipxe, pages->memory());
  if (!table) {
    search.obstacles.push_back(obstacle(folder, table.error()));
    return;
  }
  pages->resize(table->size());
  search.tables.push_back({source, std::move(*pages), rebuild.take_unknown()});
}

}  // namespace

void search_iscsi_ibft(const FirmwarePaths& paths, FirmwareSearch& search) {
  if (!Sysfs{paths.iscsi_ibft}.has(".")) return;  // the module is not loaded
  rebuild(paths.iscsi_ibft, "sysfs", search);
}

void search_adapters(const FirmwarePaths& paths, FirmwareSearch& search) {
  constexpr Text kPrefix = "iscsi_boot";
  for (const unsigned number : numbers_in(Sysfs{paths.adapters}, kPrefix)) {
    const std::string name = std::string{kPrefix} + std::to_string(number);
    rebuild(paths.adapters + "/" + name, "sysfs:" + name, search);
  }
}

}  // namespace isboot::linux_platform
