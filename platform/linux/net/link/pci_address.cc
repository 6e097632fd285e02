#include "platform/linux/net/link/pci_address.h"

#include <climits>
#include <cstdlib>

namespace isboot::linux_platform {
namespace {

// `count` hex digits at `start`; nothing when one is none.
std::optional<unsigned> hex_at(Text text, std::size_t start, std::size_t count) {
  unsigned value = 0;
  for (const char c : part_of(text, start, count)) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

// "0000:00:02.0"; segments have at least four digits.
std::optional<std::uint16_t> parse_component(Text component) {
  const std::size_t colon = position_of(component, ':');
  const Text place = part_of(component, colon == Text::npos ? Text::npos : colon + 1);
  if (colon < 4 || place.size() != 7 || place[2] != ':' || place[5] != '.') return std::nullopt;
  const auto segment = hex_at(component, 0, colon);
  const auto bus = hex_at(place, 0, 2);
  const auto device = hex_at(place, 3, 2);
  const auto function = hex_at(place, 6, 1);
  if (!segment || !bus || !device || !function || *device > 0x1f || *function > 7)
    return std::nullopt;
  return static_cast<std::uint16_t>(*bus << 8 | *device << 3 | *function);
}

}  // namespace

std::optional<std::uint16_t> last_pci_address(Text path) {
  std::optional<std::uint16_t> last;
  while (!path.empty()) {
    const std::size_t slash = position_of(path, '/');
    if (const auto address = parse_component(part_of(path, 0, slash))) last = address;
    if (slash == Text::npos) break;
    path = part_of(path, slash + 1);
  }
  return last;
}

std::optional<std::uint16_t> pci_address_of(Text link_name) {
  std::array<char, 64> link{};
  TextWriter out{link};
  out << "/sys/class/net/" << link_name << "/device";
  link.back() = '\0';  // a link's name has at most 15 letters: never needed
  char resolved[PATH_MAX];
  if (realpath(link.data(), resolved) == nullptr) return std::nullopt;
  return last_pci_address(resolved);
}

}  // namespace isboot::linux_platform
