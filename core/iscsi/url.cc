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
  Text rest() const { return part_of(url_, offset_); }

  // The text up to the colon at `length`, which is stepped over.
  Result<Text> take(std::size_t length) {
    const Text all = rest();
    if (length >= all.size() || all[length] != ':')
      return Error{Errc::BadValue, static_cast<std::uint32_t>(offset_ + length),
                   "URL: a ':' is missing (iscsi:server:protocol:port:LUN:target)"};
    offset_ += length + 1;
    return part_of(all, 0, length);
  }
  Result<Text> take() {
    const std::size_t colon = position_of(rest(), ':');
    return take(colon == Text::npos ? rest().size() : colon);
  }

private:
  Text url_;
  std::size_t offset_;
};

Result<Done> set_server(Text server, std::uint32_t offset, TargetUrl& url) {
  const auto address = parse_target_address(server);
  if (!address || position_of(server, ',') != Text::npos)
    return Error{Errc::BadValue, offset, "URL: no server's address or name"};
  url.portal = address->portal;
  url.host = address->host;
  url.link = address->zone;
  return Done{};
}

Result<Done> read_server(Parts& parts, TargetUrl& url) {
  const std::uint32_t offset = parts.offset();
  const Text rest = parts.rest();
  const std::size_t bracket = position_of(rest, ']');
  const bool in_brackets = !rest.empty() && rest[0] == '[' && bracket != Text::npos;
  const Text server = in_brackets ? ISBOOT_TRY(parts.take(bracket + 1)) : ISBOOT_TRY(parts.take());
  return set_server(server, offset, url);
}

// Section 4.2.7 of RFC 7143 forbids much more; here only what would break lines and
// text keys. The target is the one who knows its names.
bool is_name(Text name) {
  for (const char c : name)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return false;
  return true;
}

Result<Done> set_name(Text name, std::uint32_t offset, TargetUrl& url) {
  if (!is_name(name) || !url.target_name.assign(name))
    return Error{Errc::BadValue, offset, "URL: bad target name"};
  return Done{};
}

// What follows "iscsi://".
Result<TargetUrl> parse_path_form(Text text, std::size_t start) {
  const auto at = [](std::size_t offset) { return static_cast<std::uint32_t>(offset); };
  const Text rest = part_of(text, start);
  const std::size_t slash = position_of(rest, '/');
  if (slash == Text::npos)
    return Error{Errc::BadValue, at(text.size()),
                 "URL: a '/' is missing (iscsi://server:port/target/LUN)"};
  const Text server = part_of(rest, 0, slash);
  if (position_of(server, '@') != Text::npos)
    return Error{Errc::BadValue, at(start), "URL: a secret does not belong on a command line"};
  TargetUrl url;
  ISBOOT_TRY(set_server(server, at(start), url));
  const Text path = part_of(rest, slash + 1);
  const std::size_t end = position_of(path, '/');
  ISBOOT_TRY(set_name(part_of(path, 0, end), at(start + slash + 1), url));
  if (end == Text::npos || end + 1 == path.size()) return url;
  const std::uint32_t offset = at(start + slash + 1 + end + 1);
  const auto number = parse_decimal(part_of(path, end + 1), 16383);
  if (!number) return Error{Errc::BadValue, offset, "URL: LUN is no number up to 16383"};
  url.lun = ISBOOT_TRY(Lun::from_number(static_cast<std::uint32_t>(*number)));
  return url;
}

}  // namespace

Result<TargetUrl> parse_url(Text text) {
  if (!starts_with_ignoring_case(text, kScheme))
    return Error{Errc::BadValue, 0, "URL: does not start with iscsi:"};
  if (part_of(text, kScheme.size(), 2) == "//") return parse_path_form(text, kScheme.size() + 2);
  TargetUrl url;
  Parts parts{text, kScheme.size()};
  ISBOOT_TRY(read_server(parts, url));

  std::uint32_t offset = parts.offset();
  const Text protocol = ISBOOT_TRY(parts.take());
  const bool is_tcp = protocol.size() == 3 && starts_with_ignoring_case(protocol, "tcp");
  if (!protocol.empty() && protocol != "6" && !is_tcp)
    return Error{Errc::BadValue, offset, "URL: protocol is neither 6 nor tcp"};

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

  ISBOOT_TRY(set_name(parts.rest(), parts.offset(), url));
  return url;
}

}  // namespace isboot::iscsi
