#include "core/boot/path_session.h"

#include "core/ports/line.h"

namespace isboot::boot {

Result<LinkId> configure_link(const Path& path, Nic nic, Millis give_up, Ports& ports) {
  if (nic == Nic::LeaveAlone) return path.over;
  const LinkId link = ISBOOT_TRY(ports.network.find_link(path.nic, give_up));
  return ports.network.configure(link, path.link, give_up);
}

Result<SessionId> create_session(const SessionConfig& config, Ports& ports) {
  auto session = ports.initiator.create(config);
  if (session) return session;
  Line line;
  line.out() << "the kernel makes no iSCSI session: ";
  line.add(session.error(), ports.log);
  line.out() << "; is its iSCSI initiator loaded (Linux: iscsi_tcp, FreeBSD: iscsi)?";
  ports.log.write(LogLevel::Error, line.text());
  return session;
}

void take_isid(BootSession& made, Ports& ports) {
  if (const auto own = ports.initiator.isid(made.session)) made.login.isid.bytes = *own;
}

Result<Done> move_on(FoundPath& found, BootSession& made, Ports& ports) {
  found.take((found.at + 1) % found.addresses.count);
  if (found.nic == Nic::BringUp) {
    made.link = ISBOOT_TRY(configure_link(found.path, found.nic, found.give_up, ports));
    ISBOOT_TRY(ports.network.wait_ready(found.give_up));
    made.nic = NicSetup{found.path.nic, found.path.link};
  }
  made.kernel.portal = found.path.portal;
  ports.initiator.destroy(made.session);
  made.session = ISBOOT_TRY(create_session(made.kernel, ports));
  take_isid(made, ports);
  return Done{};
}

}  // namespace isboot::boot
