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
    return without_blanks(part_of(all, 0, length));
  }
  Result<Text> take() {
    const std::size_t colon = position_of(rest(), ':');
    return take(colon == Text::npos ? rest().size() : colon);
  }

private:
  Text url_;
  std::size_t offset_;
};

// "%25" is how RFC 6874 writes the '%' before a link's name.
Text plain_zone(Text zone) {
  constexpr Text kPercent = "25";
  return zone.size() > kPercent.size() && same_text(part_of(zone, 0, 2), kPercent)
             ? part_of(zone, 2)
             : zone;
}

Result<Done> set_server(Text server, std::uint32_t offset, TargetUrl& url) {
  const auto address = parse_target_address(server);
  const bool nowhere = address && address->host.empty() && address->portal.address.is_absent();
  if (!address || nowhere || position_of(server, ',') != Text::npos)
    return Error{Errc::BadValue, offset, "URL: no server's address or name"};
  url.portal = address->portal;
  url.host = address->host;
  return url.link.assign(plain_zone(address->zone));
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

// iPXE and libiscsi take "%3A" for ':'. No name has a '%' of its own.
Result<Done> set_name(Text given, std::uint32_t offset, TargetUrl& url) {
  const Text text = without_blanks(given);
  std::array<char, std::size_t{3} * 223> buffer{};
  TextWriter out{buffer};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                         hex_digit(text[i + 2]) >= 0;
    if (!escaped) {
      out << text[i];
      continue;
    }
    out << static_cast<char>(16 * hex_digit(text[i + 1]) + hex_digit(text[i + 2]));
    i += 2;
  }
  const Text name = out.text();
  if (!is_name(name) || out.cut() || !url.target_name.assign(name))
    return Error{Errc::BadValue, offset, "URL: bad target name"};
  return Done{};
}

constexpr const char* kSecretInUrl =
    "URL: user and secret belong into the credentials, not on a command line";

bool has_credentials(Text options) {
  constexpr Text kSecretWords[] = {"user", "password"};
  for (std::size_t i = 0; i < options.size(); ++i)
    for (const Text word : kSecretWords)
      if (starts_with_ignoring_case(part_of(options, i), word)) return true;
  return false;
}

// What follows "iscsi://".
Result<TargetUrl> parse_path_form(Text text, std::size_t start) {
  const auto at = [](std::size_t offset) { return static_cast<std::uint32_t>(offset); };
  const std::size_t question = position_of(part_of(text, start), '?');
  const Text rest = part_of(text, start, question);
  // The options are libiscsi's own ("header_digest=…"); a user and a password are among them.
  if (question != Text::npos && has_credentials(part_of(text, start + question)))
    return Error{Errc::BadValue, at(start + question), kSecretInUrl};
  const std::size_t slash = position_of(rest, '/');
  if (slash == Text::npos)
    return Error{Errc::BadValue, at(text.size()),
                 "URL: a '/' is missing (iscsi://server:port/target/LUN)"};
  const Text server = part_of(rest, 0, slash);
  if (position_of(server, '@') != Text::npos) return Error{Errc::BadValue, at(start), kSecretInUrl};
  TargetUrl url;
  ISBOOT_TRY(set_server(server, at(start), url));
  const Text path = part_of(rest, slash + 1);
  const std::size_t end = position_of(path, '/');
  ISBOOT_TRY(set_name(part_of(path, 0, end), at(start + slash + 1), url));
  if (end == Text::npos || end + 1 == path.size()) return url;
  const std::uint32_t offset = at(start + slash + 1 + end + 1);
  Text digits = part_of(path, end + 1);
  if (digits.back() == '/') digits = part_of(digits, 0, digits.size() - 1);
  const auto number = parse_decimal(digits, 16383);
  if (!number) return Error{Errc::BadValue, offset, "URL: LUN is no number up to 16383"};
  url.lun = ISBOOT_TRY(Lun::from_number(static_cast<std::uint32_t>(*number)));
  return url;
}

}  // namespace

Result<TargetUrl> parse_url(Text given) {
  const Text text = without_blanks(given);
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
