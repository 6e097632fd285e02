#include "platform/linux/initiator/linux_initiator.h"

#include <poll.h>

#include "platform/linux/initiator/disk.h"
#include "platform/linux/initiator/session_attributes.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::uint32_t kConnection = 0;  // one connection a session: its CID
constexpr std::uint32_t kLeading = 1;
constexpr std::uint32_t kCommandsMax = 128;  // a power of two, 16 to 4096
constexpr std::uint32_t kQueueDepth = 32;

// Between the login and START the kernel does not yet watch the socket: a target that
// closed in this time would never be missed.
bool peer_has_closed(int descriptor) {
  pollfd state{descriptor, POLLRDHUP, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace

LinuxInitiator::Session* LinuxInitiator::find(SessionId id) {
  for (Session& session : sessions_)
    if (session.id == id) return &session;
  return nullptr;
}

Result<SessionId> LinuxInitiator::create(const SessionConfig& config) {
  if (sessions_.full()) return Error{Errc::NoSpace, 0, "too many sessions"};
  IscsiNetlink netlink = ISBOOT_TRY(IscsiNetlink::open(clock_, 0, IscsiNetlink::kNobody));
  // initial_cmdsn u32, cmds_max u16, queue depth u16
  const ReplyWords made = ISBOOT_TRY(
      netlink.call(IscsiRequest::CreateSession,
                   {config.initial_cmd_sn, kQueueDepth << 16 | kCommandsMax, 0, 0, 0, 0}));
  const Session session{SessionId{made[0]}, made[1], false, config};
  sessions_.push(session);
  const auto connection =
      netlink.call(IscsiRequest::CreateConnection, {session.id.value, kConnection, 0, 0, 0, 0});
  const IscsiParamValue timeout = recovery_timeout_attribute(config);
  const auto set = connection ? netlink.set_params(session.id.value, kConnection, {&timeout, 1})
                              : Result<Done>{connection.error()};
  if (!set) {
    destroy(session.id);
    return set.error();
  }
  return session.id;
}

Result<Done> LinuxInitiator::hand_over(SessionId id, Stream& stream,
                                       const iscsi::SessionParams& params) {
  Session* session = find(id);
  if (session == nullptr) return Error{Errc::NotFound, 0, "there is no such session"};
  IscsiNetlink netlink = ISBOOT_TRY(IscsiNetlink::open(clock_, 0));
  if (session->bound) ISBOOT_TRY(stop(*session, IscsiStop::Recover));
  const auto descriptor = static_cast<std::uint32_t>(stream.descriptor());
  // sid, cid, socket as u64 (its low half first: these machines are little-endian), leading
  ISBOOT_TRY(netlink.call(IscsiRequest::BindConnection,
                          {id.value, kConnection, descriptor, 0, kLeading, 0}));
  session->bound = true;
  const SessionAttributes attributes = session_attributes(session->config, params);
  ISBOOT_TRY(netlink.set_params(id.value, kConnection, attributes.view()));
  ISBOOT_TRY(netlink.call(IscsiRequest::StartConnection, {id.value, kConnection, 0, 0, 0, 0}));
  const bool closed = peer_has_closed(stream.descriptor());
  stream.close();
  if (closed) return Error{Errc::Closed, 0, "the target closed the connection after the login"};
  return Done{};
}

Result<Done> LinuxInitiator::stop(Session& session, IscsiStop how) {
  IscsiNetlink netlink = ISBOOT_TRY(IscsiNetlink::open(clock_, 0));
  ISBOOT_TRY(netlink.call(IscsiRequest::StopConnection, {session.id.value, kConnection, 0, 0,
                                                         static_cast<std::uint32_t>(how), 0}));
  session.bound = false;
  return Done{};
}

Result<std::uint32_t> LinuxInitiator::recover(SessionId id) {
  Session* session = find(id);
  if (session == nullptr) return Error{Errc::NotFound, 0, "there is no such session"};
  ISBOOT_TRY(stop(*session, IscsiStop::Recover));
  IscsiNetlink netlink = ISBOOT_TRY(IscsiNetlink::open(clock_, IscsiNetlink::kEventGroup));
  // Every PDU that is no SCSI command is immediate and takes no CmdSN.
  return session->config.initial_cmd_sn + ISBOOT_TRY(netlink.scsi_commands(id.value, kConnection));
}

Result<DiskName> LinuxInitiator::find_disk(SessionId id, const Lun& lun, Millis deadline) {
  const Session* session = find(id);
  if (session == nullptr) return Error{Errc::NotFound, 0, "there is no such session"};
  return wait_for_disk(session->host, lun, clock_, deadline);
}

void LinuxInitiator::destroy(SessionId id) {
  Session* session = find(id);
  if (session == nullptr) return;
  // Each of them may be refused when the one before it was: nothing more can be done.
  auto netlink = IscsiNetlink::open(clock_, 0);
  if (netlink) {
    if (session->bound) (void)stop(*session, IscsiStop::Terminate);
    (void)netlink->call(IscsiRequest::DestroyConnection, {id.value, kConnection, 0, 0, 0, 0});
    (void)netlink->call(IscsiRequest::DestroySession, {id.value, 0, 0, 0, 0, 0});
  }
  session->id = SessionId{UINT32_MAX};
}

}  // namespace isboot::linux_platform
