#include "app/table/ibft_spec.h"

#include <limits>
#include <set>

#include "app/table/ibft_text.h"
#include "core/base/secret.h"

namespace isboot::app {
namespace {

// The fields of one JSON object. Each is asked for by name; done() complains about those
// that nobody asked for, which are mostly spelling mistakes.
class Fields {
public:
  Fields(const Json& object, std::string path, TextStore& texts)
      : object_{object}, path_{std::move(path)}, texts_{texts} {
    if (!object.is_object()) throw SpecError{name_of("") + ": must be an object"};
  }

  void ignore(const char* name) { asked_.insert(name); }

  // The field's value; nullptr when it is absent or null.
  const Json* find(const char* name) {
    asked_.insert(name);
    const Json* const found = object_.find(name);
    return found == nullptr || found->is_null() ? nullptr : found;
  }
  [[noreturn]] void fail(const char* name, const std::string& why) const {
    throw SpecError{name_of(name) + ": " + why};
  }
  std::string name_of(const std::string& name) const {
    if (path_.empty()) return name.empty() ? "spec" : name;
    return name.empty() ? path_ : path_ + "." + name;
  }

  bool boolean(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) fail(name, "must be true or false");
    return value->boolean();
  }
  template <class Integer>
  Integer number(const char* name, Integer otherwise = 0) {
    const Json* value = find(name);
    if (value == nullptr) return otherwise;
    constexpr std::uint64_t kMost = std::numeric_limits<Integer>::max();
    if (!value->is_number() || value->number() > kMost)
      fail(name, "must be a number from 0 to " + std::to_string(kMost));
    return static_cast<Integer>(value->number());
  }
  // Empty when absent.
  Text text(const char* name) {
    const Json* value = find(name);
    return value == nullptr ? Text{} : text_of(*value, name);
  }
  Text secret(const char* name) {
    const Text value = text(name);
    if (value == "(set)")
      fail(name, "the secret is missing: it was written without --show-secrets");
    return value;
  }
  IpAddress address(const char* name) {
    const Json* value = find(name);
    return value == nullptr ? IpAddress{} : address_of(*value, name);
  }
  std::array<IpAddress, 2> two_addresses(const char* name) {
    std::array<IpAddress, 2> both;
    const Json* list = find(name);
    if (list == nullptr) return both;
    if (!list->is_list() || list->size() > 2) fail(name, "must be a list of at most two");
    for (std::size_t i = 0; i < list->size(); ++i)
      if (!(*list)[i].is_null()) both[i] = address_of((*list)[i], name);
    return both;
  }
  // What `parse` makes of a text, as optional or Result.
  template <class Value, class Parse>
  Value parsed(const char* name, Parse parse, const char* form) {
    const Json* value = find(name);
    if (value == nullptr) return Value{};
    const auto result = parse(text_of(*value, name));
    if (!result) fail(name, std::string{"must be "} + form);
    return *result;
  }

  // Each object of a list, with its place and path.
  template <class Take>
  void each(const char* name, std::size_t most, Take take) {
    const Json* list = find(name);
    if (list == nullptr) return;
    if (!list->is_list()) fail(name, "must be a list");
    if (list->size() > most) fail(name, "has more than " + std::to_string(most) + " items");
    for (std::size_t i = 0; i < list->size(); ++i) {
      Fields item{(*list)[i], name_of(name) + "[" + std::to_string(i) + "]", texts_};
      take(item, static_cast<std::uint8_t>(i));
      item.done();
    }
  }
  void done() const {
    for (const std::string& name : object_.names())
      if (asked_.count(name) == 0) fail(name.c_str(), "is not known");
  }

private:
  Text text_of(const Json& value, const char* name) {
    if (!value.is_text()) fail(name, "must be a text");
    return texts_.keep(unescaped(value.text()));
  }
  IpAddress address_of(const Json& value, const char* name) {
    const auto address = parse_ip(text_of(value, name));
    if (!address) fail(name, address.error().text);
    return *address;
  }

  const Json& object_;
  std::string path_;
  TextStore& texts_;
  std::set<std::string> asked_;
};

ibft::Initiator initiator_of(Fields& in) {
  in.ignore("offset");
  ibft::Initiator initiator;
  initiator.valid = in.boolean("valid");
  initiator.boot_selected = in.boolean("boot_selected");
  initiator.name = in.text("name");
  initiator.isns = in.address("isns");
  initiator.slp = in.address("slp");
  initiator.radius = in.two_addresses("radius");
  return initiator;
}

ibft::Nic nic_of(Fields& in, std::uint8_t place) {
  in.ignore("offset");
  ibft::Nic nic;
  nic.index = in.number<std::uint8_t>("index", place);
  nic.valid = in.boolean("valid");
  nic.boot_selected = in.boolean("boot_selected");
  nic.global = in.boolean("global");
  nic.mac = in.parsed<MacAddress>("mac", parse_mac, "a MAC address, as 52:54:00:12:34:56");
  nic.pci = in.parsed<ibft::PciAddress>("pci", ibft::parse_pci, "bus:device.function, as 00:02.0");
  nic.address = in.address("address");
  nic.prefix = in.number<std::uint8_t>("prefix");
  nic.origin = in.parsed<ibft::Origin>("origin", parse_origin, "an origin's name");
  nic.gateway = in.address("gateway");
  nic.dns = in.two_addresses("dns");
  nic.dhcp_server = in.address("dhcp_server");
  nic.vlan = in.number<std::uint16_t>("vlan");
  nic.host_name = in.text("host_name");
  return nic;
}

Lun lun_of(Fields& in) {
  constexpr const char* kForm = "16 hex digits";
  const auto number = in.number<std::uint16_t>("lun_number");
  const bool has_number = in.find("lun_number") != nullptr;
  const auto from_number = Lun::from_number(number);
  if (!from_number) in.fail("lun_number", from_number.error().text);
  if (in.find("lun") == nullptr) return *from_number;
  const auto bytes = in.parsed<std::string>("lun", parse_hex, kForm);
  Lun lun;
  if (bytes.size() != lun.bytes.size()) in.fail("lun", std::string{"must be "} + kForm);
  for (std::size_t i = 0; i < lun.bytes.size(); ++i)
    lun.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  if (has_number && lun.number() != number) in.fail("lun_number", "is not the number of lun");
  return lun;
}

ibft::Target target_of(Fields& in, std::uint8_t place) {
  in.ignore("offset");
  ibft::Target target;
  target.index = in.number<std::uint8_t>("index", place);
  target.valid = in.boolean("valid");
  target.boot_selected = in.boolean("boot_selected");
  target.address = in.address("address");
  target.port = in.number<std::uint16_t>("port");
  target.lun = lun_of(in);
  target.nic_index = in.number<std::uint8_t>("nic_index", place);
  target.name = in.text("name");
  target.chap = in.parsed<ibft::ChapType>("chap", parse_chap, "none, chap or mutual");
  target.chap_name = in.text("chap_name");
  target.chap_secret = in.secret("chap_secret");
  target.reverse_chap_name = in.text("reverse_chap_name");
  target.reverse_chap_secret = in.secret("reverse_chap_secret");
  target.radius_chap = in.boolean("radius_chap");
  target.radius_reverse_chap = in.boolean("radius_reverse_chap");
  return target;
}

}  // namespace

TextStore::~TextStore() {
  for (std::string& text : texts_)
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

ibft::Table table_from_json(const Json& spec, TextStore& texts) {
  Fields in{spec, "", texts};
  for (const char* name : {"source", "length", "checksum_ok", "findings"}) in.ignore(name);
  ibft::Table table;
  table.revision = in.number<std::uint8_t>("revision", 1);
  table.oem_id = in.text("oem_id");
  table.oem_table_id = in.text("oem_table_id");
  if (const Json* value = in.find("control")) {
    Fields control{*value, "control", texts};
    control.ignore("offset");
    table.control.boot_failover = control.boolean("boot_failover");
    control.done();
  }
  if (const Json* value = in.find("initiator")) {
    Fields initiator{*value, "initiator", texts};
    table.initiator = initiator_of(initiator);
    initiator.done();
  }
  // push() has room: each() allows no more.
  in.each("nics", ibft::kMaxPairs,
          [&](Fields& item, std::uint8_t place) { (void)table.nics.push(nic_of(item, place)); });
  in.each("targets", ibft::kMaxPairs, [&](Fields& item, std::uint8_t place) {
    (void)table.targets.push(target_of(item, place));
  });
  in.each("extensions", ibft::kMaxExtensions, [&](Fields& item, std::uint8_t) {
    item.ignore("offset");
    const Text data =
        texts.keep(item.parsed<std::string>("data", parse_hex, "pairs of hex digits"));
    (void)table.extensions.push({0, as_bytes(data)});
  });
  in.done();
  return table;
}

}  // namespace isboot::app
