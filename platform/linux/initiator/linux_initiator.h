#pragma once

#include "core/base/list.h"
#include "core/ports/initiator.h"
#include "platform/linux/initiator/iscsi_netlink.h"
#include "platform/linux/initiator/session_keeping.h"

namespace isboot::linux_platform {

// Sessions of the module iscsi_tcp. They belong to no daemon (creator -1), so iscsid
// leaves them alone. After open() and adopt() nothing here opens a file or allocates.
class LinuxInitiator final : public SessionKeeping {
public:
  static constexpr std::size_t kMaxSessions = 6;

  explicit LinuxInitiator(Clock& clock) : clock_{clock} {}

  // The kernel may take until `give_up` for each answer; what is taken back later, AnswerLimit's
  // span.
  void give_up_at(Millis give_up);

  Result<Done> open() override;
  Result<Done> adopt(SessionId session, const SessionConfig& config, bool connected) override;
  Result<SessionId> create(const SessionConfig& config) override;
  Result<Done> hand_over(SessionId session, Stream& stream,
                         const iscsi::SessionParams& params) override;
  Result<std::uint32_t> recover(SessionId session) override;
  Result<DiskName> find_disk(SessionId session, const Lun& lun, Millis deadline) override;
  void destroy(SessionId session) override;

  Result<Done> unbind(SessionId session) override;
  Result<Done> log_out(SessionId session) override;
  void leave(SessionId session) override;
  void forget(SessionId session) override;

private:
  Result<Done> bind_and_start(SessionId session, int socket, const iscsi::SessionParams& params);
  struct Session {
    SessionId id;
    std::uint32_t host = 0;
    // A second BIND without a STOP in between locks the kernel up at the later destroy.
    bool bound = false;
    SessionConfig config;
  };

  Session* find(SessionId id);
  Result<Done> add(const Session& session);
  Result<Done> stop(Session& session, IscsiStop how);

  Clock& clock_;
  AnswerLimit limit_;
  std::optional<IscsiNetlink> netlink_;
  List<Session, kMaxSessions> sessions_;
};

}  // namespace isboot::linux_platform
