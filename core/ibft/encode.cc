#include "core/ibft/encode.h"

#include "core/base/writer.h"
#include "core/ibft/layout.h"

namespace isboot::ibft {
namespace {

using layout::Id;

constexpr std::uint32_t kEdk2Length = 0x800;
constexpr std::size_t kIpxePairs = 2;  // iPXE leaves room for two, used or not

std::uint32_t round_up(std::uint32_t offset, std::uint32_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

// Where each structure goes.
struct Plan {
  std::uint16_t control_size = 0;
  std::uint32_t initiator = 0;
  std::array<std::uint32_t, kMaxPairs> nics{};
  std::array<std::uint32_t, kMaxPairs> targets{};
  std::array<std::uint32_t, kMaxExtensions> extensions{};
  std::uint32_t end = 0;
};

class Planner {
public:
  Planner(const Table& table, Layout layout)
      : table_{table}, layout_{layout}, alignment_{layout == Layout::Ipxe ? 16U : 8U} {}

  Plan make() {
    plan_.end = layout::control::kTableOffset;
    // Extensions after the first have no slot of their own: they follow the pairs.
    const std::size_t extra = table_.extensions.count > 1 ? table_.extensions.count - 1 : 0;
    const std::size_t pairs = count_pairs() > 2 ? count_pairs() : 2;
    plan_.control_size =
        static_cast<std::uint16_t>(layout::control::kFirstPair + 4 * pairs + 2 * extra);
    (void)place(plan_.control_size);
    plan_.initiator = place(layout::initiator::kSize);
    if (layout_ == Layout::Ipxe) {
      place_row(plan_.nics, table_.nics.count, layout::nic::kSize);
      place_row(plan_.targets, table_.targets.count, layout::target::kSize);
    } else {
      for (std::size_t i = 0; i < count_pairs(); ++i) {
        if (i < table_.nics.count) plan_.nics[i] = place(layout::nic::kSize);
        if (i < table_.targets.count) plan_.targets[i] = place(layout::target::kSize);
      }
    }
    for (std::size_t i = 0; i < table_.extensions.count; ++i)
      plan_.extensions[i] = place(static_cast<std::uint32_t>(table_.extensions[i].data.size()));
    return plan_;
  }

private:
  std::size_t count_pairs() const {
    return table_.nics.count > table_.targets.count ? table_.nics.count : table_.targets.count;
  }
  std::uint32_t place(std::uint32_t size) {
    const std::uint32_t at = plan_.end;
    plan_.end = round_up(at + size, alignment_);
    return at;
  }
  void place_row(std::array<std::uint32_t, kMaxPairs>& row, std::size_t count, std::uint32_t size) {
    for (std::size_t i = 0; i < count || i < kIpxePairs; ++i) row[i] = place(size);
  }

  const Table& table_;
  Layout layout_;
  std::uint32_t alignment_;
  Plan plan_;
};

class Encoder {
public:
  Encoder(const Table& table, Layout layout, MutableBytes output)
      : table_{table}, layout_{layout}, output_{output}, plan_{Planner{table, layout}.make()} {
    heap_ = layout == Layout::Ipxe ? plan_.end : kEdk2Length;
  }

  Result<MutableBytes> encode() {
    const std::uint32_t least = layout_ == Layout::Ipxe ? plan_.end : kEdk2Length;
    if (plan_.end > least || least > output_.size()) fail(Errc::NoSpace, "no room for the table");
    if (error_) return *error_;
    std::memset(output_.data(), 0, least);
    control();
    if (table_.initiator) initiator(*table_.initiator);
    for (std::size_t i = 0; i < table_.nics.count; ++i) nic(i);
    for (std::size_t i = 0; i < table_.targets.count; ++i) target(i);
    for (std::size_t i = 0; i < table_.extensions.count; ++i)
      extension(table_.extensions[i], plan_.extensions[i]);
    const std::uint32_t length = layout_ == Layout::Ipxe ? heap_ : kEdk2Length;
    header(length);
    if (error_) return *error_;
    seal(length);
    return output_.first(length);
  }

private:
  // The first cause is the one that is returned.
  void fail(Code code, const char* text) {
    if (!error_) error_ = Error{code, 0, text};
  }

  Writer start(std::uint32_t at, Id id, std::uint32_t size, std::uint8_t index,
               std::uint8_t flags) {
    Writer out{output_.subspan(at, size)};
    out.u8(static_cast<std::uint8_t>(id)).u8(layout::kVersion);
    out.le16(static_cast<std::uint16_t>(size)).u8(index).u8(flags);
    return out;
  }

  void oem(Writer& out, Text text, std::size_t size) {
    if (text.size() > size) return fail(Errc::BadValue, "OEM id is too long");
    out.text(text);
    // EDK2 takes the ids of another table of the machine, which are filled with blanks.
    const bool blanks = layout_ == Layout::Edk2 && !text.empty();
    for (std::size_t at = text.size(); at < size; ++at) out.u8(blanks ? ' ' : 0);
  }
  void header(std::uint32_t length) {
    Writer out{output_.first(layout::header::kSize)};
    out.text("iBFT").le32(length).u8(table_.revision).u8(0);
    oem(out, table_.oem_id, layout::header::kOemIdSize);
    oem(out, table_.oem_table_id, layout::header::kOemTableIdSize);
  }
  void seal(std::uint32_t length) {
    std::uint8_t sum = 0;
    for (const std::uint8_t byte : output_.first(length))
      sum = static_cast<std::uint8_t>(sum + byte);
    output_[layout::header::kChecksum] = static_cast<std::uint8_t>(-sum);
  }

  void control() {
    Writer out = start(layout::control::kTableOffset, Id::Control, plan_.control_size, 0,
                       table_.control.boot_failover ? layout::control::kBootFailover : 0);
    const auto slot = [&](bool used, std::uint32_t at) {
      if (used && at >= layout::kReach) fail(Errc::NoSpace, "a structure is out of reach");
      out.le16(used ? static_cast<std::uint16_t>(at) : 0);
    };
    slot(table_.extensions.count != 0, plan_.extensions[0]);
    slot(table_.initiator.has_value(), plan_.initiator);
    for (std::size_t i = 0; i < 2 || i < table_.nics.count || i < table_.targets.count; ++i) {
      slot(i < table_.nics.count, plan_.nics[i]);
      slot(i < table_.targets.count, plan_.targets[i]);
    }
    for (std::size_t i = 1; i < table_.extensions.count; ++i) slot(true, plan_.extensions[i]);
  }

  static std::uint8_t flags(bool valid, bool boot_selected) {
    return static_cast<std::uint8_t>((valid ? layout::common::kValid : 0) |
                                     (boot_selected ? layout::common::kBootSelected : 0));
  }

  void initiator(const Initiator& initiator) {
    Writer out = start(plan_.initiator, Id::Initiator, layout::initiator::kSize, 0,
                       flags(initiator.valid, initiator.boot_selected));
    // EDK2 never writes these four: there they stay all zeros.
    for (const IpAddress& address :
         {initiator.isns, initiator.slp, initiator.radius[0], initiator.radius[1]})
      out.bytes(address.bytes);
    string(out, initiator.name);
  }

  // EDK2 writes absent addresses as IPv4 ones, but in a pair that is of IPv6.
  void address(Writer& out, const IpAddress& value, std::size_t pair) const {
    const auto is_v6 = [&](const auto& list) {
      return pair < list.count && !list[pair].address.is_absent() && !list[pair].address.is_v4();
    };
    const bool mapped = layout_ == Layout::Edk2 && !is_v6(table_.nics) && !is_v6(table_.targets);
    out.bytes((mapped && value.is_absent() ? IpAddress::v4(0, 0, 0, 0) : value).bytes);
  }

  void nic(std::size_t pair) {
    const Nic& nic = table_.nics[pair];
    const std::uint8_t global = nic.global ? layout::nic::kGlobal : 0;
    Writer out = start(plan_.nics[pair], Id::Nic, layout::nic::kSize, nic.index,
                       flags(nic.valid, nic.boot_selected) | global);
    address(out, nic.address, pair);
    out.u8(nic.prefix).u8(static_cast<std::uint8_t>(nic.origin));
    address(out, nic.gateway, pair);
    address(out, nic.dns[0], pair);
    address(out, nic.dns[1], pair);
    address(out, nic.dhcp_server, pair);
    out.le16(nic.vlan).bytes(nic.mac.bytes).le16(nic.pci.value);
    string(out, nic.host_name);
  }

  void target(std::size_t pair) {
    const Target& target = table_.targets[pair];
    const auto radius = static_cast<std::uint8_t>(
        (target.radius_chap ? layout::target::kRadiusChap : 0) |
        (target.radius_reverse_chap ? layout::target::kRadiusReverseChap : 0));
    Writer out = start(plan_.targets[pair], Id::Target, layout::target::kSize, target.index,
                       flags(target.valid, target.boot_selected) | radius);
    address(out, target.address, pair);
    out.le16(target.port)
        .bytes(target.lun.bytes)
        .u8(static_cast<std::uint8_t>(target.chap))
        .u8(target.nic_index);
    for (const Text text : {target.name, target.chap_name, target.chap_secret,
                            target.reverse_chap_name, target.reverse_chap_secret})
      string(out, text);
  }

  void extension(const Extension& extension, std::uint32_t at) {
    const auto size = static_cast<std::uint16_t>(extension.data.size());
    if (size < layout::common::kSize || size != extension.data.size())
      return fail(Errc::BadValue, "an extension has no header, or is too long");
    (void)Writer{output_.subspan(at)}.bytes(extension.data);
    // What decode() found cut off is as long as it is.
    (void)Writer{output_.subspan(at + layout::common::kLength, 2)}.le16(size);
  }

  // A string with its NUL onto the heap, its descriptor to `out`; nothing for no string.
  void string(Writer& out, Text text) {
    if (text.empty()) {
      out.le16(0).le16(0);
      return;
    }
    if (position_of(text, '\0') != Text::npos)
      return fail(Errc::BadValue, "a text has a NUL inside");
    const std::size_t size = text.size() + 1;
    const bool up = layout_ == Layout::Ipxe;
    const std::size_t room = up ? output_.size() - heap_ : heap_ - plan_.end;
    const std::uint32_t at = up ? heap_ : heap_ - static_cast<std::uint32_t>(size);
    if (size > room || at >= layout::kReach)
      return fail(Errc::NoSpace, "no room for the table's strings");
    (void)Writer{output_.subspan(at, size)}.text(text).u8(0);
    heap_ = up ? at + static_cast<std::uint32_t>(size) : at;
    out.le16(static_cast<std::uint16_t>(text.size())).le16(static_cast<std::uint16_t>(at));
  }

  const Table& table_;
  Layout layout_;
  MutableBytes output_;
  Plan plan_;
  std::uint32_t heap_;  // the next string goes here, or ends here
  std::optional<Error> error_;
};

}  // namespace

Result<MutableBytes> encode(const Table& table, Layout layout, MutableBytes output) {
  return Encoder{table, layout, output}.encode();
}

}  // namespace isboot::ibft
