// What the kernel tells every iSCSI daemon unasked (multicast group 1 of NETLINK_ISCSI).
// Source: include/scsi/iscsi_if.h of Linux 6.1, measured in docs/hand-off.md.
#pragma once

#include <optional>

#include "core/ports/initiator.h"
#include "platform/linux/netlink/socket.h"

namespace isboot::linux_platform {

struct IscsiNotice {
  enum class Kind : std::uint8_t {
    ConnectionLost,  // `error` is the kernel's number (enum iscsi_err)
    Pdu,             // `pdu`, header first, that the kernel leaves to a daemon
    Unbound,         // the session's disks are gone, their caches flushed
    SomeGone,        // a session is gone; which one is not said here
    Other,
  };
  Kind kind = Kind::Other;
  SessionId session;
  std::uint32_t error = 0;
  Bytes pdu;
};

// One datagram of the kernel, a view of it. Errc::Truncated and Errc::BadValue: it is none.
Result<IscsiNotice> decode_notice(Bytes datagram);

// "the target closed the connection"; a literal.
const char* words_of_connection_error(std::uint32_t error);

// Where notices come from.
class IscsiNotices {
public:
  // From now on none is missed. Opens no file. Calling again starts anew.
  virtual Result<Done> open() = 0;
  virtual int descriptor() const = 0;  // readable: call next()
  // Nothing when all has been read. ENOBUFS (system_error.h): the kernel dropped notices,
  // look into sysfs. The notice borrows from this object until the next call.
  virtual Result<std::optional<IscsiNotice>> next(Clock& clock) = 0;

protected:
  ~IscsiNotices() = default;
};

class IscsiEvents final : public IscsiNotices {
public:
  // Not inline: a static object with its buffer would take its room in the program's file.
  IscsiEvents();
  Result<Done> open() override;
  int descriptor() const override { return socket_ ? socket_->descriptor() : -1; }
  Result<std::optional<IscsiNotice>> next(Clock& clock) override;

private:
  std::optional<netlink::Socket> socket_;
  std::array<std::uint8_t, 16384> buffer_{};
};

}  // namespace isboot::linux_platform
