// Finds a link among those that are there, or waits for it to come: a driver may probe
// long after isboot started. Waits for the kernel's events; never polls.
#pragma once

#include "core/ports/log.h"
#include "platform/linux/net/rtnetlink/route_socket.h"

namespace isboot::linux_platform {

class LinkFinder {
public:
  // Borrows the socket and the log.
  LinkFinder(RouteSocket& socket, Log& log, const WantedLink& wanted)
      : socket_{socket}, log_{log}, wanted_{wanted} {}

  // The best of the links that match (core/boot/link_choice.h). Errc::NotFound at the
  // deadline; the links that are there have then been logged.
  Result<boot::SeenLink> find(Millis deadline);

private:
  Result<Done> take(const RouteEvent& event);
  void remember(const LinkState& link);
  void tell_apart();
  void forget(LinkId id);
  void warn_of_master(const boot::SeenLink& port);
  void announce_wait();
  void log_links(LogLevel level);

  RouteSocket& socket_;
  Log& log_;
  const WantedLink wanted_;
  // Of more links than this only the wanted ones are kept.
  List<boot::SeenLink, 64> links_;
  bool listed_ = false;   // all links that there were at the start are known
  bool waiting_ = false;  // said so
};

}  // namespace isboot::linux_platform
