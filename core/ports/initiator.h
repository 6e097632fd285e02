// The initiator that the kernel already has.
#pragma once

#include <array>
#include <optional>

#include "core/base/lun.h"
#include "core/iscsi/session_params.h"
#include "core/ports/clock.h"
#include "core/ports/stream.h"

namespace isboot {

struct SessionId {
  std::uint32_t value = 0;
  friend bool operator==(SessionId, SessionId) = default;
};

// "/dev/sda", "da0"
using DiskName = InlineText<64>;

// What the kernel is told about a session when it is made.
struct SessionConfig {
  std::uint32_t initial_cmd_sn = 1;  // CmdSN of the login to come
  // Seconds that I/O waits for a lost target before it fails; nothing: for ever.
  std::optional<std::uint32_t> recovery_timeout{};
  // Seconds of silence after which the kernel asks a target whether it is there (NOP), and
  // seconds that it waits for the answer before the connection counts as lost. Together
  // below the 30 s after which Linux and FreeBSD begin to abort commands.
  std::uint32_t ping_after = 5;
  std::uint32_t ping_limit = 15;
  // Shown to people by the kernel and its tools.
  iscsi::IscsiName initiator_name{};
  iscsi::IscsiName target_name{};
  Portal portal{};
};

class Initiator {
public:
  // Makes the kernel's session object. Needs no network: do it while the link comes up.
  virtual Result<SessionId> create(const SessionConfig& config) = 0;
  // The ISID that the kernel itself has for the session, with which anybody else would log in;
  // nothing: it has none. To be asked again after recover().
  virtual std::optional<std::array<std::uint8_t, 6>> isid(SessionId) { return std::nullopt; }
  // Gives a logged-in connection to the kernel. The stream is closed on our side
  // afterwards, whatever the result. Errc::Closed: the target ended the connection
  // between login and hand-over; log in again.
  virtual Result<Done> hand_over(SessionId session, Stream& stream,
                                 const iscsi::SessionParams& params) = 0;
  // After the connection was lost: makes the kernel let go of it.
  // Returns the CmdSN that the next login must use.
  virtual Result<std::uint32_t> recover(SessionId session) = 0;
  // Makes the kernel look for this one LUN and waits for its disk.
  virtual Result<DiskName> find_disk(SessionId session, const Lun& lun, Millis deadline) = 0;
  // Takes back a session that never carried a disk.
  virtual void destroy(SessionId session) = 0;

protected:
  ~Initiator() = default;
};

}  // namespace isboot
