#include "platform/freebsd/initiator.h"

#include "core/ports/line.h"

namespace isboot::freebsd {
namespace {

constexpr Millis kLookAtInitiatorEvery = 20;
// A session that was removed goes in the background: its place is free a little later.
constexpr Millis kRemovalLimit = 10'000;

template <std::size_t size>
bool copy(Text text, char (&out)[size]) {
  if (text.size() >= size) return false;
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  out[text.size()] = 0;
  return true;
}

template <std::size_t size>
bool holds(const char (&text)[size], const char (&other)[size]) {
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] != other[i]) return false;
    if (text[i] == 0) return true;
  }
  return true;
}

// Name and secret of one direction; false when the kernel has no room for them.
template <std::size_t names, std::size_t secrets>
bool copy_credentials(Text name, const Secret& secret, char (&to_name)[names],
                      char (&to_secret)[secrets]) {
  return copy(name, to_name) && copy(as_text(secret.reveal()), to_secret);
}

void forget_secrets(isboot_session& session) {
  wipe({reinterpret_cast<std::uint8_t*>(session.secret), sizeof session.secret});
  wipe({reinterpret_cast<std::uint8_t*>(session.reverse_secret), sizeof session.reverse_secret});
}

// Pings are one number here: the silence after which the connection counts as lost.
int ping_timeout(const SessionConfig& config) {
  return config.ping_after == 0 ? 0 : static_cast<int>(config.ping_after + config.ping_limit);
}

}  // namespace

Result<SessionId> KernelInitiator::create(const SessionConfig& config) {
  session_ = {};
  if (!copy(config.initiator_name, session_.initiator) ||
      !copy(config.target_name, session_.target) || !copy(to_text(config.portal), session_.address))
    return Error{Errc::NoSpace, 0, "a name is too long for iscsi(4)"};
  session_.ping_timeout = ping_timeout(config);
  if (config.recovery_timeout)
    log_.write(LogLevel::Warning,
               "hw.isboot.recovery: FreeBSD holds I/O for ever; see kern.iscsi in iscsi(4)");
  has_disk_ = false;
  ISBOOT_TRY(add());
  return SessionId{kernel_id_};
}

Result<Done> KernelInitiator::add() {
  // Whoever runs iscsid(8) before root has come from here has root elsewhere.
  if (isboot_iscsi_is_open() != 0)
    return Error{Errc::Unsupported, 0,
                 "iscsid(8) runs already and would get this login: use iscsictl(8) for this disk"};
  if (login_ != nullptr) {
    const iscsi::Credentials& known = login_->credentials;
    session_.header_digest = login_->header_digest ? 1 : 0;
    session_.data_digest = login_->data_digest ? 1 : 0;
    if (!copy_credentials(known.name, known.secret, session_.user, session_.secret) ||
        !copy_credentials(known.reverse_name, known.reverse_secret, session_.reverse_user,
                          session_.reverse_secret)) {
      forget_secrets(session_);
      session_.user[0] = session_.reverse_user[0] = 0;
      log_.write(LogLevel::Warning,
                 "CHAP secrets above 16 bytes: iscsid(8) cannot log in to this target");
    }
  }
  const Millis limit = clock_.now() + kRemovalLimit;
  int error = isboot_iscsi_add(&session_);
  while (error == ISBOOT_EBUSY && isboot_stopping() == 0 && clock_.now() < limit) {
    clock_.sleep_until(clock_.now() + kLookAtInitiatorEvery);
    error = isboot_iscsi_add(&session_);
  }
  forget_secrets(session_);
  if (error == ISBOOT_ENXIO)
    return kernel_error(error, "iscsi(4) is missing: iscsi_load=\"YES\" in loader.conf");
  if (error != 0) return kernel_error(error, "iscsi(4) refuses the session");
  gone_ = false;
  return take_first_wait();
}

bool KernelInitiator::is_ours(const isboot_wait& wait) const {
  return holds(wait.target, session_.target) && holds(wait.address, session_.address);
}

// Only the wait tells the session's number and ISID. It is asked for this once: the kernel gives
// the first session in its list that waits, whoever asks, and has no way to put one back but to set
// its configuration anew (iscsi_ioctl_daemon_wait(), sys/dev/iscsi/iscsi.c).
Result<Done> KernelInitiator::take_first_wait() {
  for (;;) {
    isboot_wait wait{};
    const int error = isboot_iscsi_wait(&wait);
    if (error != 0) return kernel_error(error, "iscsi(4) does not ask for a login");
    if (is_ours(wait)) {
      kernel_id_ = wait.id;
      for (std::size_t i = 0; i < isid_.size(); ++i) isid_[i] = wait.isid[i];
      return Done{};
    }
    Line line;
    line << "session ";
    line.decimal(wait.id)
        << " of iscsictl(8) waits: iscsid(8) gets it after kern.iscsi.login_timeout";
    log_.write(LogLevel::Warning, line.text());
  }
}

// A session outlives its bus with kern.iscsi.fail_on_disconnection=1
// (iscsi_maintenance_thread_reconnect()) and has none before the first hand-over.
KernelInitiator::State KernelInitiator::state() {
  if (gone_) return State::Ended;
  switch (isboot_iscsi_state(kernel_id_)) {
    case ISBOOT_CONNECTED:
      return State::Connected;
    case ISBOOT_LOST:
      return State::Lost;
    case ISBOOT_NO_BUS:
      break;
  }
  isboot_limits unused{};
  if (isboot_iscsi_limits(kernel_id_, -1, &unused) == ISBOOT_ESRCH) return State::Ended;
  disk_is_gone_ = has_disk_;
  return State::Lost;
}

Result<Done> KernelInitiator::check_limits(int descriptor, const iscsi::SessionParams& params,
                                           isboot_limits& limits) {
  const int error = isboot_iscsi_limits(kernel_id_, descriptor, &limits);
  if (error != 0) return kernel_error(error, "iscsi(4) does not tell its limits");
  if (limits.max_receive != 0 && limits.max_receive < params.max_recv_data_segment_length)
    return Error{Errc::Unsupported, 0,
                 "kern.icl_soft.max_data_segment_length is below 262144, what isboot declares"};
  return Done{};
}

// The limits of the login are not those of the session.
int KernelInitiator::lift_limits(int descriptor) {
  for (const isboot_direction direction : {ISBOOT_RECEIVE, ISBOOT_SEND}) {
    const int error = isboot_set_limit(direction, descriptor, 0);
    if (error != 0) return error;
  }
  return 0;
}

Result<Done> KernelInitiator::hand_over(SessionId, Stream& stream,
                                        const iscsi::SessionParams& params) {
  isboot_limits limits{};
  const auto fits = check_limits(stream.descriptor(), params, limits);
  if (!fits) {
    stream.close();
    return fits.error();
  }
  isboot_handoff handoff{};
  handoff.id = kernel_id_;
  handoff.descriptor = stream.descriptor();
  handoff.tsih = params.tsih;
  handoff.stat_sn = params.exp_stat_sn - 1;
  handoff.header_digest = params.header_digest ? 1 : 0;
  handoff.data_digest = params.data_digest ? 1 : 0;
  handoff.initial_r2t = params.initial_r2t ? 1 : 0;
  handoff.immediate_data = params.immediate_data ? 1 : 0;
  handoff.max_receive = params.max_recv_data_segment_length;
  handoff.max_send = params.max_xmit_data_segment_length;
  if (limits.max_send != 0 && limits.max_send < handoff.max_send)
    handoff.max_send = limits.max_send;
  handoff.max_burst = params.max_burst_length;
  handoff.first_burst = params.first_burst_length;
  const int broken = lift_limits(handoff.descriptor);
  const int error = broken == 0 ? isboot_iscsi_hand_off(&handoff) : 0;
  stream.close();
  if (broken != 0) return kernel_error(broken, "the connection is broken");
  was_late_ = error == ISBOOT_EBUSY;
  if (was_late_) {
    log_.write(LogLevel::Info, "iscsid(8) was faster: the session is connected already");
    return Done{};
  }
  // iscsi(4) ends a session whose hand-off fails.
  gone_ = error != 0;
  if (error != 0) return kernel_error(error, "iscsi(4) does not take the connection");
  return Done{};
}

Result<std::uint32_t> KernelInitiator::recover(SessionId) {
  if (gone_ && has_disk_)
    return Error{Errc::NotFound, 0, "the kernel's session has ended, and its disk with it"};
  // CAM scans a session's bus once, when its first hand-over makes it: a LUN that comes later is
  // seen by another session alone (iscsi_ioctl_daemon_handoff(), sys/dev/iscsi/iscsi.c).
  if (!has_disk_ && isboot_iscsi_state(kernel_id_) != ISBOOT_NO_BUS && isboot_iscsi_is_open() == 0)
    destroy({});
  if (gone_) ISBOOT_TRY(add());
  return kFirstCmdSn;
}

Result<DiskName> KernelInitiator::find_disk(SessionId, const Lun& lun, Millis deadline) {
  std::array<char, 64> name{};
  for (;;) {
    const int error = isboot_disk(kernel_id_, lun.bytes.data(), name.data(), name.size());
    if (error == 0) break;
    if (error != ISBOOT_ENOENT) return kernel_error(error, "CAM does not answer");
    if (isboot_stopping() != 0) return Error{Errc::Cancelled, 0, "the machine is shutting down"};
    if (clock_.now() >= deadline) return Error{Errc::TimedOut, 0, "no disk appeared"};
    clock_.sleep_until(clock_.now() + kLookAtInitiatorEvery);
  }
  has_disk_ = true;
  disk_is_gone_ = false;
  std::size_t size = 0;
  while (size < name.size() && name[size] != 0) ++size;
  DiskName disk;
  ISBOOT_TRY(disk.assign({name.data(), size}));
  return disk;
}

void KernelInitiator::destroy(SessionId) {
  // ESRCH: it has ended by itself.
  if (!gone_) (void)isboot_iscsi_remove(kernel_id_);
  gone_ = true;
}

}  // namespace isboot::freebsd
