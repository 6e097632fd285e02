#include "core/iscsi/url.h"

#include "core/iscsi/redirect.h"

namespace isboot::iscsi {
namespace {

constexpr Text kScheme = "iscsi:";

// The parts of a URL, from left to right, with the offset for complaints.
class Parts {
public:
  Parts(Text url, std::size_t offset) : url_{url}, offset_{offset} {}

  std::uint32_t offset() const { return static_cast<std::uint32_t>(offset_); }
  Text rest() const { return slice(url_, offset_); }

  // The text up to the colon at `length`, which is stepped over.
  Result<Text> take(std::size_t length) {
    const Text all = rest();
    if (length >= all.size() || all[length] != ':')
      return Error{Errc::BadValue, static_cast<std::uint32_t>(offset_ + length),
                   "URL: a ':' is missing (iscsi:server:protocol:port:LUN:target)"};
    offset_ += length + 1;
    return slice(all, 0, length);
  }
  Result<Text> take() {
    const std::size_t colon = find(rest(), ':');
    return take(colon == Text::npos ? rest().size() : colon);
  }

private:
  Text url_;
  std::size_t offset_;
};

Result<Done> read_server(Parts& parts, TargetUrl& url) {
  const std::uint32_t offset = parts.offset();
  const Text rest = parts.rest();
  const std::size_t bracket = find(rest, ']');
  const bool in_brackets = !rest.empty() && rest[0] == '[' && bracket != Text::npos;
  const Text server = in_brackets ? ISBOOT_TRY(parts.take(bracket + 1)) : ISBOOT_TRY(parts.take());
  const auto address = parse_target_address(server);
  if (!address || address->has_group_tag)
    return Error{Errc::BadValue, offset, "URL: no server's address or name"};
  url.portal.address = address->portal.address;
  url.host = address->host;
  return Done{};
}

// Section 4.2.7 of RFC 7143 forbids much more; here only what would break lines and
// text keys. The target is the one who knows its names.
bool is_name(Text name) {
  for (const char c : name)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return false;
  return true;
}

}  // namespace

Result<TargetUrl> parse_url(Text text) {
  if (!starts_with_ignoring_case(text, kScheme))
    return Error{Errc::BadValue, 0, "URL: does not start with iscsi:"};
  TargetUrl url;
  Parts parts{text, kScheme.size()};
  ISBOOT_TRY(read_server(parts, url));

  std::uint32_t offset = parts.offset();
  const Text protocol = ISBOOT_TRY(parts.take());
  if (!protocol.empty() && protocol != "6")
    return Error{Errc::BadValue, offset, "URL: protocol is not 6 (TCP)"};

  offset = parts.offset();
  const Text port = ISBOOT_TRY(parts.take());
  if (!port.empty()) {
    const auto number = parse_decimal(port, 65535);
    if (!number || *number == 0) return Error{Errc::BadValue, offset, "URL: bad port"};
    url.portal.port = static_cast<std::uint16_t>(*number);
  }

  offset = parts.offset();
  const Text lun = ISBOOT_TRY(parts.take());
  if (!lun.empty()) {
    const auto parsed = parse_lun(lun);
    if (!parsed) return Error{Errc::BadValue, offset + parsed.error().offset, "URL: bad LUN"};
    url.lun = *parsed;
  }

  if (!is_name(parts.rest()) || !url.target_name.assign(parts.rest()))
    return Error{Errc::BadValue, parts.offset(), "URL: bad target name"};
  return url;
}

}  // namespace isboot::iscsi
