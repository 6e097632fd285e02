#include "platform/linux/net/link/link_finder.h"

#include "platform/linux/net/link/pci_address.h"

namespace isboot::linux_platform {
namespace {

void describe(TextWriter& out, const boot::SeenLink& link) {
  out << link.name << ' ' << to_text(link.mac);
  if (!link.permanent_mac.is_zero() && link.permanent_mac != link.mac)
    out << " (permanent " << to_text(link.permanent_mac) << ')';
  out << (!link.up ? ", down" : link.carrier ? ", carrier" : ", no carrier");
}

void describe(TextWriter& out, const WantedLink& wanted) {
  if (wanted.name.empty())
    out << to_text(wanted.mac);
  else
    out << wanted.name;
}

}  // namespace

Result<boot::SeenLink> LinkFinder::find(Millis deadline) {
  ISBOOT_TRY(socket_.list_links());
  for (;;) {
    const auto event = socket_.next(deadline);
    if (!event && event.error().code == Errc::TimedOut) {
      std::array<char, 96> line{};
      TextWriter out{line};
      out << "no NIC is ";
      describe(out, wanted_);
      log_.write(LogLevel::Error, (out << "; there are:").text());
      log_links(LogLevel::Error);
      return Error{Errc::NotFound, 0, "no such NIC"};
    }
    if (!event) return event.error();
    ISBOOT_TRY(take(*event));
    if (!listed_) continue;
    tell_apart();
    if (const auto choice = boot::choose_link(links_.view(), wanted_)) {
      std::array<char, 128> line{};
      TextWriter out{line};
      describe(out, links_[choice->index]);
      log_.write(LogLevel::Detail, (out << ": " << choice->reason).text());
      warn_of_master(links_[choice->index]);
      return links_[choice->index];
    }
    announce_wait();
  }
}

Result<Done> LinkFinder::take(const RouteEvent& event) {
  switch (event.kind) {
    case RouteEvent::Kind::LinkChanged:
      remember(event.link);
      break;
    case RouteEvent::Kind::LinkGone:
      forget(event.link.seen.id);
      break;
    case RouteEvent::Kind::AllListed:
      listed_ = true;
      break;
    case RouteEvent::Kind::Overrun:
      ISBOOT_TRY(socket_.list_links());
      [[fallthrough]];
    case RouteEvent::Kind::ListedAgain:
      // What is known may have gone without a word.
      links_ = {};
      listed_ = false;
      break;
    case RouteEvent::Kind::Answered:
    case RouteEvent::Kind::AddressListed:
    case RouteEvent::Kind::RouteListed:
      break;  // of an earlier request
  }
  return Done{};
}

void LinkFinder::remember(const LinkState& link) {
  if (!link.ethernet) return;
  const boot::SeenLink& seen = link.seen;
  const bool wanted = boot::matches(seen, wanted_);
  for (boot::SeenLink& known : links_) {
    if (known.id != seen.id) continue;
    known = seen;
    return;
  }
  if (!links_.push(seen) && wanted) links_.items[0] = seen;
  if (waiting_ && listed_ && !wanted) {
    std::array<char, 96> line{};
    TextWriter out{line};
    describe(out, seen);
    log_.write(LogLevel::Info, (out << ": appeared, is not the one").text());
  }
}

// Only a tie needs the PCI addresses: a look into sysfs takes longer than the list of links.
void LinkFinder::tell_apart() {
  std::size_t matching = 0;
  for (const boot::SeenLink& link : links_)
    if (boot::matches(link, wanted_)) ++matching;
  if (matching < 2 || !wanted_.pci) return;
  for (boot::SeenLink& link : links_)
    if (boot::matches(link, wanted_)) link.pci = pci_address_of(link.name);
}

void LinkFinder::forget(LinkId id) {
  for (boot::SeenLink& known : links_) {
    if (known.id != id) continue;
    known = links_[links_.count - 1];
    --links_.count;
    return;
  }
}

// What comes in by a port is its master's: an address on the port hears nothing.
void LinkFinder::warn_of_master(const boot::SeenLink& port) {
  for (const boot::SeenLink& master : links_) {
    if (port.master.index == 0 || master.id != port.master) continue;
    std::array<char, 128> line{};
    TextWriter out{line};
    out << port.name << " is a port of " << master.name << "; next: isboot.nic=" << master.name;
    log_.write(LogLevel::Warning, out.text());
  }
}

void LinkFinder::announce_wait() {
  if (waiting_) return;
  waiting_ = true;
  std::array<char, 96> line{};
  TextWriter out{line};
  out << "waiting for NIC ";
  describe(out, wanted_);
  log_.write(LogLevel::Info,
             (out << (links_.empty() ? "; there is none yet" : "; there are:")).text());
  log_links(LogLevel::Info);
}

void LinkFinder::log_links(LogLevel level) {
  for (const boot::SeenLink& link : links_) {
    std::array<char, 96> line{};
    TextWriter out{line};
    describe(out << "  ", link);
    log_.write(level, out.text());
  }
}

}  // namespace isboot::linux_platform
