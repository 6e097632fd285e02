#include "core/iscsi/redirect.h"

namespace isboot::iscsi {
namespace {

// What stands in the brackets.
Result<Done> read_bracketed(Text text, TargetAddress& address) {
  const std::size_t percent = position_of(text, '%');
  const auto ip = parse_ip(part_of(text, 0, percent));
  if (!ip) return Error{Errc::BadValue, 1, "no IP address in the brackets"};
  address.portal.address = *ip;
  if (percent == Text::npos) return Done{};
  const Text zone = part_of(text, percent + 1);
  if (zone.empty() || !address.zone.assign(zone))
    return Error{Errc::BadValue, static_cast<std::uint32_t>(percent + 2),
                 "no link's name behind the '%'"};
  return Done{};
}

Result<Done> read_host(Text host, TargetAddress& address) {
  if (host.empty()) return Error{Errc::BadValue, 0, "target address without a host"};
  if (const auto ip = parse_ip(host); ip && ip->is_v4()) {
    address.portal.address = *ip;
    return Done{};
  }
  if (!is_dns_name(host) || !address.host.assign(host))
    return Error{Errc::BadValue, 0, "neither an IP address nor a host's name in target address"};
  return Done{};
}

}  // namespace

Portal portal_of(const TargetAddress& address, const Portal& reached) {
  Portal portal = address.portal;
  if (portal.address.is_absent()) portal.address = reached.address;
  return portal;
}

Result<TargetAddress> parse_target_address(Text given) {
  const Text text = without_blanks(given);
  TargetAddress address;
  Text rest = text;
  if (!text.empty() && text[0] == '[') {
    const std::size_t close = position_of(text, ']');
    if (close == Text::npos) return Error{Errc::BadValue, 0, "'[' without ']' in target address"};
    ISBOOT_TRY(read_bracketed(part_of(text, 1, close - 1), address));
    rest = part_of(text, close + 1);
  } else {
    std::size_t end = 0;
    while (end < text.size() && text[end] != ':' && text[end] != ',') ++end;
    ISBOOT_TRY(read_host(without_blanks(part_of(text, 0, end)), address));
    rest = part_of(text, end);
  }
  if (!rest.empty() && rest[0] == ':') {
    const std::size_t comma = position_of(rest, ',');
    const Text digits = without_blanks(part_of(rest, 1, comma == Text::npos ? comma : comma - 1));
    const auto port = parse_decimal(digits, 65535);
    const auto offset = static_cast<std::uint32_t>(text.size() - rest.size() + 1);
    if (!digits.empty() && (!port || *port == 0))
      return Error{Errc::BadValue, offset, "bad port in target address"};
    if (!digits.empty()) address.portal.port = static_cast<std::uint16_t>(*port);
    rest = comma == Text::npos ? Text{} : part_of(rest, comma);
  }
  if (rest.empty()) return address;
  const auto offset = static_cast<std::uint32_t>(text.size() - rest.size());
  if (rest[0] != ',') return Error{Errc::BadValue, offset, "text after the target address"};
  if (const auto tag = parse_number(part_of(rest, 1), 65535)) {
    address.has_group_tag = true;
    address.group_tag = static_cast<std::uint16_t>(*tag);
  }
  return address;
}

}  // namespace isboot::iscsi
