#include "core/ibft/decode.h"

#include "core/base/reader.h"
#include "core/base/renew.h"
#include "core/base/text.h"
#include "core/ibft/directory.h"
#include "core/ibft/judge.h"
#include "core/ibft/name.h"

namespace isboot::ibft {
namespace {

constexpr Place kHeader{StructureKind::Header, 0};
constexpr Text kSignatures[] = {"iBFT", "IBFT", "BIFT"};

// All bytes of the table sum to 0 modulo 256 (section 3.3).
std::uint8_t sum(Bytes bytes) {
  std::uint8_t total = 0;
  for (const std::uint8_t byte : bytes) total = static_cast<std::uint8_t>(total + byte);
  return total;
}

Error failure(FindingCode code, std::uint32_t offset) {
  return Error{code, offset, rule_of(code).message};
}

Initiator read_initiator(const Structure& in) {
  namespace at = layout::initiator;
  const std::uint8_t flags = in.flags(layout::common::kValid | layout::common::kBootSelected);
  Initiator initiator;
  initiator.offset = in.offset();
  initiator.valid = (flags & layout::common::kValid) != 0;
  initiator.boot_selected = (flags & layout::common::kBootSelected) != 0;
  initiator.isns = in.address(at::kIsns);
  initiator.slp = in.address(at::kSlp);
  initiator.radius = {in.address(at::kRadius1), in.address(at::kRadius2)};
  initiator.name = in.string(at::kName, "name");
  return initiator;
}

Origin read_origin(std::uint8_t value) {
  return value == 16 ? Origin::Unchanged : static_cast<Origin>(value);
}

Nic read_nic(const Structure& in) {
  namespace at = layout::nic;
  const std::uint8_t flags =
      in.flags(layout::common::kValid | layout::common::kBootSelected | at::kGlobal);
  Nic nic;
  nic.offset = in.offset();
  nic.index = in.index();
  nic.valid = (flags & layout::common::kValid) != 0;
  nic.boot_selected = (flags & layout::common::kBootSelected) != 0;
  nic.global = (flags & at::kGlobal) != 0;
  nic.address = in.address(at::kAddress);
  nic.prefix = in.u8(at::kPrefix);
  nic.origin = read_origin(in.u8(at::kOrigin));
  nic.gateway = in.address(at::kGateway);
  nic.dns = {in.address(at::kDns1), in.address(at::kDns2)};
  nic.dhcp_server = in.address(at::kDhcpServer);
  nic.vlan = in.le16(at::kVlan);
  nic.mac = in.mac(at::kMac);
  nic.pci = {in.le16(at::kPci)};
  nic.host_name = in.string(at::kHostName, "host name");
  return nic;
}

Target read_target(const Structure& in) {
  namespace at = layout::target;
  using enum Structure::Content;
  const std::uint8_t flags = in.flags(layout::common::kValid | layout::common::kBootSelected |
                                      at::kRadiusChap | at::kRadiusReverseChap);
  Target target;
  target.offset = in.offset();
  target.index = in.index();
  target.valid = (flags & layout::common::kValid) != 0;
  target.boot_selected = (flags & layout::common::kBootSelected) != 0;
  target.radius_chap = (flags & at::kRadiusChap) != 0;
  target.radius_reverse_chap = (flags & at::kRadiusReverseChap) != 0;
  target.address = in.address(at::kAddress);
  target.port = in.le16(at::kPort);
  target.lun = in.lun(at::kLun);
  target.chap = static_cast<ChapType>(in.u8(at::kChap));
  target.nic_index = in.u8(at::kNicIndex);
  target.name = in.string(at::kName, "name");
  target.chap_name = in.string(at::kChapName, "chap name");
  target.chap_secret = in.string(at::kChapSecret, "chap secret", Secret);
  target.reverse_chap_name = in.string(at::kReverseChapName, "reverse chap name");
  target.reverse_chap_secret = in.string(at::kReverseChapSecret, "reverse chap secret", Secret);
  return target;
}

void read_structure(Bytes bytes, const Region& region, const Regions& regions, Table& table,
                    Findings& findings) {
  const Structure in{bytes, region, regions, findings};
  switch (region.place.kind) {
    case StructureKind::Header:
      return;
    case StructureKind::Control:
      table.control = {in.offset(), (in.flags(layout::control::kBootFailover) &
                                     layout::control::kBootFailover) != 0};
      return;
    case StructureKind::Initiator:
      table.initiator = read_initiator(in);
      return;
    // There is room in the lists: the directory counts.
    case StructureKind::Nic:
      (void)table.nics.push(read_nic(in));
      return;
    case StructureKind::Target:
      (void)table.targets.push(read_target(in));
      return;
    case StructureKind::Extension:
      (void)table.extensions.push({in.offset(), bytes.subspan(region.offset, region.size)});
      return;
  }
}

// What the header says and whether that can be true.
class Header {
public:
  // Adds to `findings` when there are some.
  Header(Bytes bytes, Findings* findings) : findings_{findings} { read(bytes); }

  std::uint32_t length = 0;
  bool checksum_ok = false;
  Bytes table;  // empty: nothing more can be read
  std::optional<Error> error;

private:
  void read(Bytes bytes) {
    if (bytes.size() < layout::header::kSize)
      return fail(FindingCode::InputTooShort, static_cast<std::uint32_t>(bytes.size()), "length");
    if (!has_signature(bytes))
      return fail(FindingCode::BadSignature, layout::header::kSignature, "signature");
    Reader in{bytes, layout::header::kLength};
    length = *in.le32();  // the size was checked above
    if (length < layout::header::kSize + layout::common::kSize)
      return fail(FindingCode::LengthTooShort, layout::header::kLength, "length");
    table = bytes;
    if (length > bytes.size())
      fail(FindingCode::LengthPastInput, layout::header::kLength, "length");
    else
      table = bytes.first(length);
    checksum_ok = sum(table) == 0;
    if (!checksum_ok) fail(FindingCode::BadChecksum, layout::header::kChecksum, "checksum");
  }

  // The first cause is the one that is returned.
  void fail(FindingCode code, std::uint32_t offset, const char* field) {
    if (findings_ != nullptr) findings_->add(code, kHeader, offset, field);
    if (!error) error = failure(code, offset);
  }

  Findings* findings_;
};

}  // namespace

bool has_signature(Bytes bytes) {
  for (const Text signature : kSignatures)
    if (part_of(as_text(bytes), 0, signature.size()) == signature) return true;
  return false;
}

Result<std::uint32_t> check_header(Bytes bytes) {
  const Header header{bytes, nullptr};
  if (header.error) return *header.error;
  return header.length;
}

Result<Done> decode(Bytes bytes, Table& table, Findings& findings) {
  renew(table);
  const Header header{bytes, &findings};
  table.length = header.length;
  table.checksum_ok = header.checksum_ok;
  if (header.table.empty()) return *header.error;

  const Bytes whole = header.table;
  table.revision = whole[layout::header::kRevisionAt];
  table.oem_id = oem_text(whole.subspan(layout::header::kOemId, layout::header::kOemIdSize));
  table.oem_table_id =
      oem_text(whole.subspan(layout::header::kOemTableId, layout::header::kOemTableIdSize));
  if (table.revision != layout::kRevision)
    findings.add(FindingCode::Revision, kHeader, layout::header::kRevisionAt, "revision");
  if (header.length > layout::kReach)
    findings.add(FindingCode::LengthUnreachable, kHeader, layout::header::kLength, "length");

  Regions regions;
  if (!find_structures(whole, regions, findings))
    return header.error ? *header.error
                        : failure(FindingCode::ControlMissing, layout::control::kTableOffset);
  for (const Region& region : regions) read_structure(whole, region, regions, table, findings);
  judge(table, findings);
  if (header.error) return *header.error;
  return Done{};
}

}  // namespace isboot::ibft
