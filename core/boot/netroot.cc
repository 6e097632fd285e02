#include "core/boot/netroot.h"

namespace isboot::boot {
namespace {

constexpr Text kScheme = "iscsi:";
constexpr std::size_t kMaxUrl = 600;

// Steps over the server, which may be in brackets, and two fields; the offset of what follows.
std::size_t after_port(Text text) {
  std::size_t colons = 0;
  bool bracketed = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') bracketed = true;
    if (text[i] == ']') bracketed = false;
    if (text[i] == ':' && !bracketed && ++colons == 3) return i + 1;
  }
  return text.size();
}

// Where the target's name starts: it holds colons of its own. npos: nowhere.
std::size_t target_start(Text text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const Text rest = part_of(text, i);
    for (const Text type : {Text{"iqn."}, Text{"eui."}, Text{"naa."}})
      if (text[i - 1] == ':' && starts_with_ignoring_case(rest, type)) return i;
  }
  // A name of the administrator's own: behind the LUN.
  const std::size_t front = after_port(text);
  const std::size_t colon = position_of(part_of(text, front), ':');
  return colon == Text::npos || front + colon + 1 == text.size() ? Text::npos : front + colon + 1;
}

// What is behind the last '@' that has a target's name behind it: names of users and secrets may
// hold ":iqn." and '@' as well.
Text without_credentials(Text text) {
  Text found = text;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '@' && target_start(part_of(text, i + 1)) != Text::npos)
      found = part_of(text, i + 1);
  return found;
}

struct Middle {
  Text device;
  Text lun;
};

// "LUN", "device:LUN" or "iface:device:LUN".
Middle split_middle(Text text) {
  Text fields[3];
  std::size_t count = 0;
  for (Text rest = text; count < 3;) {
    const std::size_t colon = position_of(rest, ':');
    fields[count++] = part_of(rest, 0, colon);
    if (colon == Text::npos) break;
    rest = part_of(rest, colon + 1);
  }
  return {count > 1 ? fields[count - 2] : Text{}, fields[count - 1]};
}

// dracut looks for the disk by the number that udev has in its path, which is decimal: 10 is
// not the 0x10 of a URL.
Result<Lun> lun_of(Text text) {
  if (text.empty()) return Lun{};
  const auto number = parse_decimal(text, 16383);
  return number ? Lun::from_number(static_cast<std::uint32_t>(*number)) : parse_lun(text);
}

}  // namespace

Result<Netroot> parse_netroot(Text value) {
  if (!starts_with_ignoring_case(value, kScheme))
    return Error{Errc::BadValue, 0, "netroot=: not iscsi:"};
  const Text all = part_of(value, kScheme.size());
  const Text text = without_credentials(all);
  const auto offset = static_cast<std::uint32_t>(value.size() - text.size());
  Netroot netroot;
  netroot.has_secret = all.size() - text.size() > 1;
  const std::size_t front = after_port(text);
  const std::size_t target = target_start(text);
  if (target == Text::npos || target < front)
    return Error{Errc::BadValue, offset, "netroot=: no target's name, such as iqn.…"};
  const std::size_t size = target - front;
  const Middle middle = split_middle(size == 0 ? Text{} : part_of(text, front, size - 1));
  if (!netroot.device.assign(middle.device))
    return Error{Errc::BadValue, offset, "netroot=: the device's name is too long"};
  std::array<char, kMaxUrl> buffer{};
  TextWriter url{buffer};
  // Its protocol is a number or empty in both forms.
  url << kScheme << part_of(text, 0, front) << ':' << part_of(text, target);
  if (url.cut()) return Error{Errc::BadValue, offset, "netroot=: too long"};
  const auto parsed = iscsi::parse_url(url.text());
  if (!parsed) return Error{Errc::BadValue, offset, parsed.error().text};
  netroot.url = *parsed;
  const auto lun = lun_of(middle.lun);
  if (!lun) return Error{Errc::BadValue, offset, "netroot=: bad LUN"};
  netroot.url.lun = *lun;
  return netroot;
}

Result<Netroot> parse_boot_url(Text url) {
  Netroot target;
  target.url = ISBOOT_TRY(iscsi::parse_url(url));
  if (target.url.target_name.empty())
    return Error{Errc::BadValue, static_cast<std::uint32_t>(url.size()),
                 "URL: names no target: its last field is empty"};
  target.device = target.url.link;
  return target;
}

}  // namespace isboot::boot
