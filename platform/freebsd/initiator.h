// iscsi(4), which does everything but the login (docs/freebsd.md, "How it works").
#pragma once

#include "core/iscsi/login.h"
#include "core/ports/initiator.h"
#include "platform/freebsd/kernel.h"
#include "platform/freebsd/ports.h"

namespace isboot::freebsd {

// The CmdSN of every login: iscsi(4) counts from 0 after each hand-off.
inline constexpr std::uint32_t kFirstCmdSn = 0;

// Holds the one session of the boot disk.
class KernelInitiator final : public Initiator {
public:
  KernelInitiator(KernelClock& clock, KernelLog& log) : clock_{clock}, log_{log} {}

  // What the next create() tells the kernel besides: an iscsid(8) that runs later may be the
  // one that logs in again. Borrowed until then.
  void set_login(const iscsi::LoginConfig& login) { login_ = &login; }

  Result<SessionId> create(const SessionConfig& config) override;
  Result<Done> hand_over(SessionId session, Stream& stream,
                         const iscsi::SessionParams& params) override;
  std::optional<std::array<std::uint8_t, 6>> isid(SessionId) override { return isid_; }
  // A hand-over that failed ends the kernel's session: before there is a disk it is made
  // again. Errc::NotFound: it had one, which is lost with it.
  Result<std::uint32_t> recover(SessionId session) override;
  Result<DiskName> find_disk(SessionId session, const Lun& lun, Millis deadline) override;
  void destroy(SessionId session) override;

  enum class State : std::uint8_t {
    Connected,
    Lost,   // a login is needed; see disk_is_gone()
    Ended,  // removed
  };
  // How the kernel's session is. Waits for nothing, takes nobody's wait: the session's number and
  // ISID are all that a login and its hand-over need.
  State state();
  // While it was lost the kernel has taken its disk away, as with
  // kern.iscsi.fail_on_disconnection=1 and at shutdown; the next login brings another one. Until
  // find_disk().
  bool disk_is_gone() const { return disk_is_gone_; }
  // The last hand-over found the session connected: somebody else had logged in meanwhile.
  bool was_late() const { return was_late_; }

  // The kernel's number of it.
  std::uint32_t kernel_id() const { return kernel_id_; }

private:
  Result<Done> add();
  Result<Done> take_first_wait();
  bool is_ours(const isboot_wait& wait) const;
  Result<Done> check_limits(int descriptor, const iscsi::SessionParams& params,
                            isboot_limits& limits);
  static int lift_limits(int descriptor);

  KernelClock& clock_;
  KernelLog& log_;
  const iscsi::LoginConfig* login_ = nullptr;
  isboot_session session_{};  // without secrets once it is made
  std::uint32_t kernel_id_ = 0;
  std::array<std::uint8_t, 6> isid_{};
  bool gone_ = false;  // the kernel ended the session
  bool disk_is_gone_ = false;
  bool was_late_ = false;
  bool has_disk_ = false;  // somebody may have it open
};

}  // namespace isboot::freebsd
