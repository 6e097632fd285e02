#include "app/table/ibft_page.h"

#include <algorithm>

#include "app/table/ibft_text.h"
#include "core/ibft/layout.h"
#include "core/ibft/select.h"

namespace isboot::app {
namespace {

namespace layout = ibft::layout;
using ibft::Severity;

constexpr const char* kBold = "\033[1m";
constexpr const char* kPlain = "\033[0m";

const char* colour_of(Severity severity) {
  constexpr const char* kColours[] = {"\033[36m", "\033[33m", "\033[31m"};
  return kColours[static_cast<std::size_t>(severity)];
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string offset_text(std::uint32_t offset) {
  std::array<char, 10> buffer{};
  TextWriter out{buffer};
  out << "0x";
  return std::string{out.hex(offset, 4).text()};
}

// Lines of one structure, values in one column.
class Page {
public:
  explicit Page(const PageOptions& options) : options_{options} {}

  void heading(const std::string& name, std::uint16_t offset, const std::string& summary) {
    base_ = offset;
    text_ += '\n';
    column(0);
    text_ += options_.colour ? kBold + name + kPlain : name;
    if (!summary.empty()) text_ += padded("", kValueColumn - name.size()) + summary;
    text_ += '\n';
  }
  // Nothing for an empty value.
  void row(std::uint16_t at, const char* label, const std::string& value) {
    if (value.empty()) return;
    column(at);
    text_ += "  " + padded(label, kValueColumn - 2) + value + '\n';
  }
  void row(std::uint16_t at, const char* label, const IpAddress& address) {
    row(at, label, address.is_absent() ? "" : std::string{to_text(address).view()});
  }
  void secret(std::uint16_t at, const char* label, Text value) {
    const bool shown = options_.secrets == Secrets::Show;
    row(at, label, value.empty() || shown ? printable(value) : "(set)");
  }
  void line(const std::string& line) { text_ += line + '\n'; }
  std::string take() { return std::move(text_); }

private:
  static constexpr std::size_t kValueColumn = 22;

  void column(std::uint16_t at) {
    if (options_.offsets) text_ += offset_text(static_cast<std::uint32_t>(base_) + at) + "  ";
  }

  PageOptions options_;
  std::uint16_t base_ = 0;
  std::string text_;
};

std::string flags_text(bool valid, bool boot_selected) {
  return std::string{valid ? "valid" : "not valid"} +
         (boot_selected ? ", boot-selected" : ", not boot-selected");
}

void show_initiator(const ibft::Initiator& initiator, Page& page) {
  namespace at = layout::initiator;
  page.heading("initiator", initiator.offset, flags_text(initiator.valid, initiator.boot_selected));
  page.row(at::kName, "name", printable(initiator.name));
  page.row(at::kIsns, "iSNS server", initiator.isns);
  page.row(at::kSlp, "SLP server", initiator.slp);
  page.row(at::kRadius1, "RADIUS server 1", initiator.radius[0]);
  page.row(at::kRadius2, "RADIUS server 2", initiator.radius[1]);
}

void show_nic(const ibft::Nic& nic, std::size_t number, Page& page) {
  namespace at = layout::nic;
  page.heading("nic" + std::to_string(number), nic.offset,
               flags_text(nic.valid, nic.boot_selected) + ", index " + std::to_string(nic.index));
  page.row(at::kMac, "MAC address", std::string{to_text(nic.mac).view()});
  page.row(at::kPci, "PCI device", std::string{to_text(nic.pci).view()});
  const std::string address = nic.address.is_absent() ? "none"
                                                      : std::string{to_text(nic.address).view()} +
                                                            "/" + std::to_string(nic.prefix);
  page.row(at::kAddress, "address", address + (nic.global ? " (global)" : ""));
  page.row(at::kOrigin, "origin", origin_name(nic.origin));
  page.row(at::kGateway, "gateway", nic.gateway);
  page.row(at::kDns1, "DNS server 1", nic.dns[0]);
  page.row(at::kDns2, "DNS server 2", nic.dns[1]);
  page.row(at::kDhcpServer, "DHCP server", nic.dhcp_server);
  page.row(at::kVlan, "VLAN", nic.vlan == 0 ? "" : std::to_string(nic.vlan));
  page.row(at::kHostName, "host name", printable(nic.host_name));
}

void show_target(const ibft::Target& target, std::size_t number, Page& page) {
  namespace at = layout::target;
  page.heading(
      "target" + std::to_string(number), target.offset,
      flags_text(target.valid, target.boot_selected) + ", index " + std::to_string(target.index));
  page.row(at::kName, "name", printable(target.name));
  page.row(at::kAddress, "address",
           target.address.is_absent() ? "none" : std::string{to_text(target.address).view()});
  page.row(at::kPort, "port", std::to_string(target.port));
  const auto lun = target.lun.number();
  const std::string bytes{to_hex(target.lun).view()};
  page.row(at::kLun, "LUN", lun ? std::to_string(*lun) + " (" + bytes + ")" : bytes);
  page.row(at::kNicIndex, "through NIC index", std::to_string(target.nic_index));
  page.row(at::kChap, "CHAP", chap_name(target.chap));
  page.row(at::kChapName, "CHAP name", printable(target.chap_name));
  page.secret(at::kChapSecret, "CHAP secret", target.chap_secret);
  page.row(at::kReverseChapName, "reverse CHAP name", printable(target.reverse_chap_name));
  page.secret(at::kReverseChapSecret, "reverse CHAP secret", target.reverse_chap_secret);
  page.row(layout::common::kFlags, "CHAP by RADIUS", target.radius_chap ? "yes" : "");
  page.row(layout::common::kFlags, "reverse by RADIUS", target.radius_reverse_chap ? "yes" : "");
}

void show_selection(const ibft::Table& table, Page& page) {
  const ibft::Selection selection = select(table);
  page.line("");
  if (selection.candidates.empty()) page.line("nothing to boot from");
  int place = 1;
  for (const ibft::Candidate& candidate : selection.candidates) {
    std::string line = "boot " + std::to_string(place++) + ": target" +
                       std::to_string(candidate.target) + " (" + candidate.reason + ")";
    if (candidate.nic) line += " through nic" + std::to_string(*candidate.nic);
    page.line(line + " (" + candidate.nic_reason + ")");
  }
  for (const ibft::Skipped& skipped : selection.skipped)
    page.line("not booted: target" + std::to_string(skipped.target) + ": " + skipped.reason);
}

void show_header(const std::string& source, const ibft::Table& table, Page& page) {
  page.line("iBFT from " + printable(source));
  page.heading("header", 0, "");
  page.row(layout::header::kLength, "length", std::to_string(table.length) + " bytes");
  page.row(layout::header::kRevisionAt, "revision", std::to_string(table.revision));
  page.row(layout::header::kChecksum, "checksum", table.checksum_ok ? "good" : "wrong");
  page.row(layout::header::kOemId, "OEM id", printable(table.oem_id));
  page.row(layout::header::kOemTableId, "OEM table id", printable(table.oem_table_id));
}

struct Range {
  std::size_t start = 0;
  std::size_t size = 0;
};

// The bytes of `structure`, nothing when the table has none.
Range range_of(Bytes bytes, const ibft::Table& table, Text structure) {
  if (structure == "header") return {0, std::min<std::size_t>(layout::header::kSize, bytes.size())};
  std::size_t start = 0;
  const auto found = [&](const std::string& name, std::size_t offset) {
    if (structure == name) start = offset;
  };
  found("control", table.control.offset);
  if (table.initiator) found("initiator", table.initiator->offset);
  for (std::size_t i = 0; i < table.nics.count; ++i)
    found("nic" + std::to_string(i), table.nics[i].offset);
  for (std::size_t i = 0; i < table.targets.count; ++i)
    found("target" + std::to_string(i), table.targets[i].offset);
  for (std::size_t i = 0; i < table.extensions.count; ++i)
    found("extension" + std::to_string(i), table.extensions[i].offset);
  if (start == 0 || start + layout::common::kSize > bytes.size()) return {};
  const std::size_t length = bytes[start + layout::common::kLength] |
                             static_cast<std::size_t>(bytes[start + layout::common::kLength + 1])
                                 << 8;
  return {start, std::min(length, bytes.size() - start)};
}

// Structures of a hostile table may lie over the secrets.
bool is_secret(const ibft::Table& table, const std::uint8_t* byte) {
  for (const ibft::Target& target : table.targets)
    for (const Text secret : {target.chap_secret, target.reverse_chap_secret}) {
      const Bytes bytes = as_bytes(secret);
      if (!bytes.empty() && byte >= bytes.data() && byte < bytes.data() + bytes.size()) return true;
    }
  return false;
}

}  // namespace

std::string findings_page(const ibft::Findings& findings, const PageOptions& options) {
  std::string text;
  for (const Severity severity : {Severity::Error, Severity::Warning, Severity::Note})
    for (const ibft::Finding& finding : findings) {
      if (finding.severity != severity) continue;
      const std::string name = padded(std::string{to_text(severity)}, 9);
      text += options.colour ? colour_of(severity) + name + kPlain : name;
      text += padded(std::string{to_text(finding.place()).view()}, 11);
      text += offset_text(finding.offset) + "  " + finding.field + ": " + finding.message + " [" +
              rule_of(finding.code).id + "]\n";
    }
  if (findings.dropped != 0)
    text += std::to_string(findings.dropped) + " more findings are not listed\n";
  return text;
}

std::string ibft_page(const std::string& source, const ibft::Table& table,
                      const ibft::Findings& findings, const PageOptions& options) {
  Page page{options};
  show_header(source, table, page);
  if (table.control.offset != 0) {
    page.heading("control", table.control.offset, "");
    page.row(layout::common::kFlags, "boot failover", table.control.boot_failover ? "yes" : "no");
  }
  if (table.initiator) show_initiator(*table.initiator, page);
  for (std::size_t i = 0; i < table.nics.count; ++i) show_nic(table.nics[i], i, page);
  for (std::size_t i = 0; i < table.targets.count; ++i) show_target(table.targets[i], i, page);
  for (std::size_t i = 0; i < table.extensions.count; ++i)
    page.heading("extension" + std::to_string(i), table.extensions[i].offset,
                 std::to_string(table.extensions[i].data.size()) + " bytes, not known");
  show_selection(table, page);
  const std::string found = findings_page(findings, options);
  return page.take() + (found.empty() ? "\nno findings\n" : "\n" + found);
}

std::string hex_page(Bytes bytes, const ibft::Table& table, Text structure,
                     const PageOptions& options) {
  constexpr std::size_t kPerLine = 16;
  const Range range = range_of(bytes, table, structure);
  std::string text;
  for (std::size_t line = 0; line < range.size; line += kPerLine) {
    text += offset_text(static_cast<std::uint32_t>(range.start + line)) + " ";
    std::string characters;
    for (std::size_t i = line; i < line + kPerLine; ++i) {
      if (i >= range.size) {
        text += "   ";
        continue;
      }
      const std::uint8_t* byte = &bytes[range.start + i];
      const bool hidden = options.secrets == Secrets::Hide && is_secret(table, byte);
      text += hidden ? " **" : " " + hex_text({byte, 1});
      const bool visible = !hidden && *byte >= 0x20 && *byte < 0x7f;
      characters += visible ? static_cast<char>(*byte) : '.';
    }
    text += "  " + characters + "\n";
  }
  return text;
}

}  // namespace isboot::app
