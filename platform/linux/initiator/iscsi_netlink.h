// The kernel's interface for user-space iSCSI daemons: NETLINK_ISCSI, protocol 8.
// Source: include/scsi/iscsi_if.h of Linux 6.1, measured in docs/hand-off.md. All
// integers are in the host's byte order.
#pragma once

#include <array>

#include "core/base/result.h"
#include "core/base/text.h"
#include "core/ports/clock.h"
#include "platform/linux/initiator/answer_limit.h"
#include "platform/linux/netlink/socket.h"

namespace isboot::linux_platform {

// enum iscsi_uevent_e: requests to the kernel.
enum class IscsiRequest : std::uint16_t {
  CreateSession = 11,
  DestroySession = 12,
  CreateConnection = 13,
  DestroyConnection = 14,
  BindConnection = 15,
  SetParam = 16,
  StartConnection = 17,
  StopConnection = 18,
  SendPdu = 19,
  GetStats = 20,
  UnbindSession = 27,
};

// … and events from it.
enum class IscsiEvent : std::uint32_t {
  ReceivedPdu = 101,
  ConnectionError = 102,
  InterfaceError = 103,
  DestroySession = 104,
  UnbindSession = 105,
  CreateSession = 106,
};

// enum iscsi_param
enum class IscsiParam : std::uint32_t {
  MaxReceiveLength = 0,
  MaxTransmitLength = 1,
  HeaderDigest = 2,
  DataDigest = 3,
  InitialR2t = 4,
  MaxR2t = 5,
  ImmediateData = 6,
  FirstBurst = 7,
  MaxBurst = 8,
  PduInOrder = 9,
  DataSequenceInOrder = 10,
  ErrorRecoveryLevel = 11,
  ExpStatSn = 14,
  TargetName = 15,
  TargetPortalGroupTag = 16,
  PersistentAddress = 17,
  PersistentPort = 18,
  RecoveryTimeout = 19,
  PingTimeout = 30,     // seconds that the answer to a NOP may take
  ReceiveTimeout = 31,  // seconds of silence before a NOP
  InitiatorName = 34,
};

// enum iscsi_stop_type
enum class IscsiStop : std::uint32_t { Terminate = 1, Recover = 3 };

// struct iscsi_uevent ends here: PDUs and statistics follow.
inline constexpr std::size_t kIscsiEventSize = 56;

// The union `u` of struct iscsi_uevent (24 bytes at offset 16), in words.
using RequestWords = std::array<std::uint32_t, 6>;
// The union `r` (16 bytes at offset 40), in words.
using ReplyWords = std::array<std::uint32_t, 4>;

struct IscsiParamValue {
  IscsiParam param;
  InlineText<255> value;  // ASCII, without the NUL that goes on the wire
};

// One socket and one request at a time. Errors: the kernel's errno
// (platform/linux/system_error.h), Errc::TimedOut at its AnswerLimit.
class IscsiNetlink {
public:
  // A session that is created through a socket with the creator's id kNobody belongs
  // to no daemon: iscsid leaves it alone.
  static constexpr std::uint32_t kNobody = 0xffffffff;
  static constexpr std::uint32_t kEventGroup = 1;

  // Errc::NotFound: the kernel has no iscsi_tcp (is the module loaded?).
  static Result<IscsiNetlink> open(Clock& clock, AnswerLimit limit, std::uint32_t groups,
                                   std::uint32_t port = 0);

  void limit_answers(AnswerLimit limit) { limit_ = limit; }

  // Another socket to the same kernel, with the same limit. Opens no file: it can be had when /sys
  // is out of reach.
  Result<IscsiNetlink> sibling(std::uint32_t groups) const;

  Result<ReplyWords> call(IscsiRequest request, const RequestWords& words, Bytes payload = {});

  // All of them in one datagram; the first that the kernel refuses is the Error, with
  // the parameter's number as its offset.
  Result<Done> set_params(std::uint32_t session, std::uint32_t connection,
                          std::span<const IscsiParamValue> values);

  // SCSI commands that the kernel has sent in this session (struct iscsi_stats). Needs
  // a socket in kEventGroup: the kernel answers to the group alone.
  Result<std::uint32_t> scsi_commands(std::uint32_t session, std::uint32_t connection);

private:
  IscsiNetlink(netlink::Socket socket, std::uint64_t transport, Clock& clock, AnswerLimit limit)
      : socket_{std::move(socket)}, transport_{transport}, clock_{clock}, limit_{limit} {}

  Millis deadline() const { return limit_.at(clock_.now()); }
  Result<ReplyWords> answer(IscsiRequest request, Millis deadline);

  netlink::Socket socket_;
  std::uint64_t transport_;
  Clock& clock_;
  AnswerLimit limit_;
};

}  // namespace isboot::linux_platform
