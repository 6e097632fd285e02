#include "core/boot/link_choice.h"

namespace isboot::boot {
namespace {

// Of two links that both match, which is it? Each rule says: the first (negative), the
// second (positive), or that it does not matter here.
struct Rule {
  int (*compare)(const SeenLink& a, const SeenLink& b, const WantedLink& wanted);
  const char* reason;
};

int prefer(bool a, bool b) { return static_cast<int>(b) - static_cast<int>(a); }

constexpr Rule kRules[] = {
    {[](const SeenLink& a, const SeenLink& b, const WantedLink&) {
       return static_cast<int>(a.origin) - static_cast<int>(b.origin);
     },
     "hardware comes before links made by software"},
    // Hyper-V's and virtio's accelerated NICs: the function of the hardware is a port of
    // the synthetic NIC, both have one MAC, and only the synthetic one carries addresses.
    {[](const SeenLink& a, const SeenLink& b, const WantedLink&) {
       return prefer(b.master == a.id, a.master == b.id);
     },
     "the other NIC with this MAC is a port of this one"},
    {[](const SeenLink& a, const SeenLink& b, const WantedLink& wanted) {
       return prefer(a.permanent_mac == wanted.mac, b.permanent_mac == wanted.mac);
     },
     "its permanent MAC is the one wanted"},
    {[](const SeenLink& a, const SeenLink& b, const WantedLink& wanted) {
       if (!wanted.pci) return 0;
       return prefer(a.pci == wanted.pci, b.pci == wanted.pci);
     },
     "several NICs have this MAC, this one the PCI address too"},
    {[](const SeenLink& a, const SeenLink& b, const WantedLink&) {
       return a.id.index < b.id.index ? -1 : 1;
     },
     "several NICs have this MAC, this one was there first"},
};

}  // namespace

bool matches(const SeenLink& link, const WantedLink& wanted) {
  if (!wanted.name.empty()) return link.name == wanted.name;
  if (wanted.mac.is_zero()) return false;
  return link.mac == wanted.mac || link.permanent_mac == wanted.mac;
}

std::optional<LinkChoice> choose_link(std::span<const SeenLink> links, const WantedLink& wanted) {
  std::optional<LinkChoice> best;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (!matches(links[i], wanted)) continue;
    if (!best) {
      best = {i, wanted.name.empty() ? "its MAC is the one wanted" : "its name is the one wanted"};
      continue;
    }
    for (const Rule& rule : kRules) {
      const int order = rule.compare(links[best->index], links[i], wanted);
      if (order == 0) continue;
      if (order > 0) best->index = i;
      best->reason = rule.reason;
      break;
    }
  }
  return best;
}

}  // namespace isboot::boot
