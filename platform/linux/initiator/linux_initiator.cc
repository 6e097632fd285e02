#include "platform/linux/initiator/linux_initiator.h"

#include <poll.h>

#include <bit>

#include "core/iscsi/full_feature_pdu.h"
#include "platform/linux/initiator/disk.h"
#include "platform/linux/initiator/session_attributes.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// Numbers of 64 bits go into two words of a request, the low one first.
static_assert(std::endian::native == std::endian::little);

constexpr std::uint32_t kConnection = 0;  // one connection a session: its CID
constexpr std::uint32_t kLeading = 1;
constexpr std::uint32_t kCommandsMax = 128;  // a power of two, 16 to 4096
constexpr std::uint32_t kQueueDepth = 32;
constexpr SessionId kNoSession{UINT32_MAX};
const Error kUnknown{Errc::NotFound, 0, "there is no such session"};

// Between the login and START the kernel does not yet watch the socket: a target that
// closed in this time would never be missed.
bool peer_has_closed(int descriptor) {
  pollfd state{descriptor, POLLRDHUP, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

// Only one process at a time can have that address: another that makes a session at this
// moment holds it for as long as the kernel takes.
Result<IscsiNetlink> open_as_nobody(Clock& clock, AnswerLimit limit) {
  const Millis deadline = limit.at(clock.now());
  for (;;) {
    auto opened = IscsiNetlink::open(clock, limit, 0, IscsiNetlink::kNobody);
    if (opened || errno_of(opened.error().code) != EADDRINUSE || clock.now() >= deadline)
      return opened;
    clock.sleep_until(clock.now() + 1);
  }
}

}  // namespace

LinuxInitiator::Session* LinuxInitiator::find(SessionId id) {
  for (Session& session : sessions_)
    if (session.id == id) return &session;
  return nullptr;
}

void LinuxInitiator::give_up_at(Millis give_up) {
  limit_ = {give_up};
  if (netlink_) netlink_->limit_answers(limit_);
}

Result<Done> LinuxInitiator::open() {
  netlink_.emplace(netlink_ ? ISBOOT_TRY(netlink_->sibling(0))
                            : ISBOOT_TRY(IscsiNetlink::open(clock_, limit_, 0)));
  return Done{};
}

Result<Done> LinuxInitiator::add(const Session& session) {
  if (Session* free = find(kNoSession)) {
    *free = session;
    return Done{};
  }
  if (!sessions_.push(session)) return Error{Errc::NoSpace, 0, "too many sessions"};
  return Done{};
}

Result<Done> LinuxInitiator::adopt(SessionId id, const SessionConfig& config, bool connected) {
  if (!netlink_) ISBOOT_TRY(open());
  return add(Session{id, 0, connected, config});
}

Result<SessionId> LinuxInitiator::create(const SessionConfig& config) {
  if (!netlink_) ISBOOT_TRY(open());
  IscsiNetlink nobody = ISBOOT_TRY(open_as_nobody(clock_, limit_));
  // initial_cmdsn u32, cmds_max u16, queue depth u16
  const ReplyWords made = ISBOOT_TRY(
      nobody.call(IscsiRequest::CreateSession,
                  {config.initial_cmd_sn, kQueueDepth << 16 | kCommandsMax, 0, 0, 0, 0}));
  const SessionId id{made[0]};
  ISBOOT_TRY(add(Session{id, made[1], false, config}));
  const auto connection =
      netlink_->call(IscsiRequest::CreateConnection, {id.value, kConnection, 0, 0, 0, 0});
  const IscsiParamValue timeout = recovery_timeout_attribute(config);
  const auto set = connection ? netlink_->set_params(id.value, kConnection, {&timeout, 1})
                              : Result<Done>{connection.error()};
  if (!set) {
    destroy(id);
    return set.error();
  }
  return id;
}

Result<Done> LinuxInitiator::hand_over(SessionId id, Stream& stream,
                                       const iscsi::SessionParams& params) {
  const auto taken = bind_and_start(id, stream.descriptor(), params);
  // The kernel has a hold of its own by now, or none.
  const bool closed = peer_has_closed(stream.descriptor());
  stream.close();
  if (!taken) return taken.error();
  if (closed) return Error{Errc::Closed, 0, "the target closed the connection after the login"};
  return Done{};
}

Result<Done> LinuxInitiator::bind_and_start(SessionId id, int socket,
                                            const iscsi::SessionParams& params) {
  Session* session = find(id);
  if (session == nullptr) return kUnknown;
  if (session->bound) ISBOOT_TRY(stop(*session, IscsiStop::Recover));
  // sid, cid, socket as u64 (its low half first), leading
  ISBOOT_TRY(
      netlink_->call(IscsiRequest::BindConnection,
                     {id.value, kConnection, static_cast<std::uint32_t>(socket), 0, kLeading, 0}));
  session->bound = true;
  const SessionAttributes attributes = session_attributes(session->config, params);
  ISBOOT_TRY(netlink_->set_params(id.value, kConnection, attributes.view()));
  ISBOOT_TRY(netlink_->call(IscsiRequest::StartConnection, {id.value, kConnection, 0, 0, 0, 0}));
  return Done{};
}

Result<Done> LinuxInitiator::stop(Session& session, IscsiStop how) {
  ISBOOT_TRY(netlink_->call(IscsiRequest::StopConnection, {session.id.value, kConnection, 0, 0,
                                                           static_cast<std::uint32_t>(how), 0}));
  session.bound = false;
  return Done{};
}

Result<std::uint32_t> LinuxInitiator::recover(SessionId id) {
  Session* session = find(id);
  if (session == nullptr) return kUnknown;
  ISBOOT_TRY(stop(*session, IscsiStop::Recover));
  // The numbers come to the members of the event group alone. A socket that stayed in it
  // would fill up with events that nobody reads.
  IscsiNetlink member = ISBOOT_TRY(netlink_->sibling(IscsiNetlink::kEventGroup));
  // Every PDU that is no SCSI command is immediate and takes no CmdSN.
  return session->config.initial_cmd_sn + ISBOOT_TRY(member.scsi_commands(id.value, kConnection));
}

Result<Done> LinuxInitiator::unbind(SessionId id) {
  if (find(id) == nullptr) return kUnknown;
  ISBOOT_TRY(netlink_->call(IscsiRequest::UnbindSession, {id.value, 0, 0, 0, 0, 0}));
  return Done{};
}

Result<Done> LinuxInitiator::log_out(SessionId id) {
  if (find(id) == nullptr) return kUnknown;
  // The kernel fills in the task tag, CmdSN and ExpStatSN.
  const iscsi::RequestHeader logout = iscsi::encode_logout({});
  ISBOOT_TRY(netlink_->call(
      IscsiRequest::SendPdu,
      {id.value, kConnection, static_cast<std::uint32_t>(logout.size()), 0, 0, 0}, logout));
  return Done{};
}

void LinuxInitiator::leave(SessionId id) {
  Session* session = find(id);
  if (session != nullptr && session->bound) (void)stop(*session, IscsiStop::Terminate);
}

Result<DiskName> LinuxInitiator::find_disk(SessionId id, const Lun& lun, Millis deadline) {
  const Session* session = find(id);
  if (session == nullptr) return kUnknown;
  return wait_for_disk(session->host, lun, clock_, deadline);
}

void LinuxInitiator::destroy(SessionId id) {
  Session* session = find(id);
  if (session == nullptr) return;
  // Each of them may be refused when the one before it was: nothing more can be done.
  if (session->bound) (void)stop(*session, IscsiStop::Terminate);
  (void)netlink_->call(IscsiRequest::DestroyConnection, {id.value, kConnection, 0, 0, 0, 0});
  (void)netlink_->call(IscsiRequest::DestroySession, {id.value, 0, 0, 0, 0, 0});
  forget(id);
}

void LinuxInitiator::forget(SessionId id) {
  if (Session* session = find(id)) session->id = kNoSession;
}

}  // namespace isboot::linux_platform
