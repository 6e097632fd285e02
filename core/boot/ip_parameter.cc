#include "core/boot/ip_parameter.h"

#include <optional>

#include "core/base/list.h"

namespace isboot::boot {
namespace {

using Method = IpParameter::Method;

struct Field {
  Text text;
  std::uint32_t offset = 0;
};
// What the longest form has, and the six pieces of a MAC address in its last two.
using Fields = List<Field, 14>;

Error bad(const Field& field, const char* text) { return {Errc::BadValue, field.offset, text}; }

// Splits at the colons that are not in brackets.
Result<Fields> split(Text value) {
  Fields fields;
  std::size_t start = 0;
  bool bracketed = false;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const char c = i == value.size() ? ':' : value[i];
    if (c == '[') bracketed = true;
    if (c == ']') bracketed = false;
    if (c != ':' || (bracketed && i != value.size())) continue;
    const Field field{part_of(value, start, i - start), static_cast<std::uint32_t>(start)};
    if (!fields.push(field)) return bad(field, "ip=: too many fields");
    start = i + 1;
  }
  return fields;
}

Field field_of(const Fields& fields, std::size_t number) {
  if (number < fields.count) return fields[number];
  const Field& last = fields[fields.count - 1];
  return {{}, static_cast<std::uint32_t>(last.offset + last.text.size())};
}

struct MethodName {
  Text name;
  Method method;
};
constexpr MethodName kMethods[] = {
    {"off", Method::None},         {"none", Method::None},        {"static", Method::Static},
    {"dhcp", Method::Dhcp},        {"dhcp4", Method::Dhcp},       {"on", Method::Dhcp},
    {"any", Method::Dhcp},         {"both", Method::Dhcp},        {"bootp", Method::Dhcp},
    {"single-dhcp", Method::Dhcp}, {"auto6", Method::Advertised}, {"either6", Method::Advertised},
};

// Nothing when it is no method at all; an error for one that is not understood.
Result<std::optional<Method>> one_method(const Field& field) {
  for (const MethodName& known : kMethods)
    if (same_text(field.text, known.name)) return std::optional{known.method};
  if (same_text(field.text, "dhcp6"))
    return bad(field, "ip=: DHCPv6 is not understood; use auto6 or an address");
  if (same_text(field.text, "link6"))
    return bad(field, "ip=: link6 is not understood; use auto6 or an address");
  if (same_text(field.text, "ibft")) return bad(field, "ip=: there is no iBFT");
  return std::optional<Method>{};
}

// The first of a list with commas that is understood.
Result<std::optional<Method>> method_of(const Field& field) {
  auto found = one_method({part_of(field.text, 0, position_of(field.text, ',')), field.offset});
  std::size_t comma = position_of(field.text, ',');
  while ((!found || !*found) && comma != Text::npos) {
    const Text rest = part_of(field.text, ++comma);
    auto next = one_method({part_of(rest, 0, position_of(rest, ',')), field.offset});
    if (next && *next) return next;
    const std::size_t behind = position_of(rest, ',');
    comma = behind == Text::npos ? behind : comma + behind;
  }
  return found;
}

constexpr const char* kNoAddress = "ip=: the NIC's address is no IP address";

Result<IpAddress> address_of(const Field& field, const char* otherwise) {
  Text text = field.text;
  if (text.empty()) return IpAddress{};
  const bool bracketed = text.front() == '[' && text.back() == ']';
  if (bracketed) text = part_of(text, 1, text.size() - 2);
  const Result<IpAddress> address = parse_ip(text);
  if (!address) return bad(field, otherwise);
  return *address;
}

// The two sides of the '/' in 10.0.2.15/24, [2001:db8::1]/64 and [2001:db8::1/64].
struct Divided {
  Field address;
  Field bits;  // empty: there is none
};
Divided divide(const Field& field) {
  const std::size_t slash = position_of(field.text, '/');
  if (slash == Text::npos) return {field, {}};
  Field address{part_of(field.text, 0, slash), field.offset};
  Field bits{part_of(field.text, slash + 1), static_cast<std::uint32_t>(field.offset + slash + 1)};
  if (!bits.text.empty() && bits.text.back() == ']' && address.text.starts_with('[')) {
    address = {part_of(address.text, 1), field.offset + 1};
    bits.text = part_of(bits.text, 0, bits.text.size() - 1);
  }
  return {address, bits};
}

// Classes are of RFC 791 section 3.2.
std::uint8_t guessed_prefix(const IpAddress& address) {
  if (!address.is_v4()) return 64;
  const std::uint8_t first = address.network_bytes()[0];
  return first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 32;
}

// [:mtu[:mac]]; the MAC address is in six pieces.
Result<Done> set_hardware(IpParameter& parameter, const Fields& fields, std::size_t first) {
  const Field mtu = field_of(fields, first);
  if (!mtu.text.empty()) {
    const Result<std::uint64_t> number = parse_decimal(mtu.text, 65535);
    if (!number || *number < 576) return bad(mtu, "ip=: an MTU is a number from 576 to 65535");
    parameter.mtu = static_cast<std::uint32_t>(*number);
  }
  if (fields.count <= first + 1) return Done{};
  const Field start = fields[first + 1];
  const Field& last = fields[fields.count - 1];
  const Text whole{start.text.data(), last.offset + last.text.size() - start.offset};
  if (whole.empty()) return Done{};
  const Result<MacAddress> mac = parse_mac(whole);
  if (!mac) return bad(start, "ip=: not a MAC address");
  parameter.mac = *mac;
  return Done{};
}

Result<Done> set_tail(IpParameter& parameter, const Fields& fields, std::size_t first) {
  const Field field = field_of(fields, first);
  const bool hardware = !field.text.empty() && parse_decimal(field.text, UINT32_MAX).ok();
  // With no first field a MAC address may stand behind it, in six pieces or with dashes.
  const bool mac = field.text.empty() && parse_mac(field_of(fields, first + 1).text).ok();
  if (hardware || mac || fields.count > first + 3) return set_hardware(parameter, fields, first);
  // A third name server, the kernel's time server, is not needed.
  for (std::size_t i = 0; i < parameter.dns.size(); ++i)
    parameter.dns[i] =
        ISBOOT_TRY(address_of(field_of(fields, first + i), "ip=: a name server is no IP address"));
  return Done{};
}

Result<IpParameter> by_device(const Fields& fields, Method method) {
  IpParameter parameter;
  parameter.method = method;
  if (!parameter.device.assign(fields[0].text))
    return bad(fields[0], "ip=: the device's name is too long");
  ISBOOT_TRY(set_hardware(parameter, fields, 2));
  return parameter;
}

Result<Done> set_addresses(IpParameter& parameter, const Fields& fields) {
  const auto [address, bits] = divide(fields[0]);
  parameter.address = ISBOOT_TRY(address_of(address, kNoAddress));
  parameter.gateway =
      ISBOOT_TRY(address_of(field_of(fields, 2), "ip=: the gateway is no IP address"));
  if (parameter.address.is_absent()) return Done{};
  const Field mask = bits.text.empty() ? field_of(fields, 3) : bits;
  parameter.prefix_is_guess = mask.text.empty();
  if (mask.text.empty()) {
    parameter.prefix = guessed_prefix(parameter.address);
    return Done{};
  }
  const Result<std::uint8_t> prefix = parse_netmask(mask.text, parameter.address);
  if (!prefix) return bad(mask, "ip=: not a netmask, nor a number of bits");
  parameter.prefix = *prefix;
  return Done{};
}

Result<IpParameter> full(const Fields& fields) {
  IpParameter parameter;
  ISBOOT_TRY(set_addresses(parameter, fields));
  const Field host = field_of(fields, 4);
  if (!parameter.host_name.assign(host.text)) return bad(host, "ip=: the host name is too long");
  const Field device = field_of(fields, 5);
  if (!parameter.device.assign(device.text))
    return bad(device, "ip=: the device's name is too long");
  const Field field = field_of(fields, 6);
  const auto method = ISBOOT_TRY(method_of(field));
  if (!method && !field.text.empty()) return bad(field, "ip=: no method, such as none or dhcp");
  const bool asks = field.text.empty() && parameter.address.is_absent() && fields.count > 1;
  parameter.method = method.value_or(asks ? Method::Dhcp : Method::Static);
  // "none" with an address means: nothing to ask for, all is here.
  if (parameter.method == Method::None) parameter.method = Method::Static;
  if (parameter.method == Method::Static && parameter.address.is_absent())
    return bad(fields[0], "ip=: there is neither an address nor a way to get one");
  ISBOOT_TRY(set_tail(parameter, fields, 7));
  return parameter;
}

}  // namespace

Result<std::uint8_t> parse_netmask(Text text, const IpAddress& address) {
  const Result<std::uint64_t> bits = parse_decimal(text, address.max_prefix());
  if (bits) return static_cast<std::uint8_t>(*bits);
  const IpAddress mask = ISBOOT_TRY(parse_ip(text));
  if (!mask.is_v4() || !address.is_v4()) return Error{Errc::BadValue, 0, "not a netmask"};
  std::uint32_t rest = 0;
  for (const std::uint8_t byte : mask.network_bytes()) rest = rest << 8 | byte;
  std::uint8_t prefix = 0;
  for (; (rest & 0x80000000U) != 0; rest <<= 1) ++prefix;
  if (rest != 0) return Error{Errc::BadValue, 0, "the netmask has a hole"};
  return prefix;
}

Result<IpParameter> parse_ip_parameter(Text value) {
  const Fields fields = ISBOOT_TRY(split(value));
  const auto alone = ISBOOT_TRY(method_of(fields[0]));
  if (alone && fields.count == 1) {
    IpParameter parameter;
    parameter.method = *alone;
    return parameter;
  }
  const bool address =
      !fields[0].text.empty() && address_of(divide(fields[0]).address, kNoAddress).ok();
  if (fields.count > 1 && !address) {
    const auto method = ISBOOT_TRY(method_of(fields[1]));
    if (method) return by_device(fields, *method);
  }
  return full(fields);
}

}  // namespace isboot::boot
