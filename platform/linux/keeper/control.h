// How other isboot processes talk to the keeper: a local socket (SOCK_SEQPACKET) that
// only root reaches, one datagram there, one back.
#pragma once

#include "core/keep/announced_end.h"
#include "platform/linux/keeper/session_record.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

inline constexpr const char* kControlPath = "/run/isboot/control";
inline constexpr std::size_t kMaxRequest = kMaxRecord + 16;
inline constexpr std::size_t kMaxAnswer = 16384;

using keep::MachineEnd;

struct ControlRequest {
  enum class Kind : std::uint8_t {
    Status = 1,  // answered with JSON
    Keep,        // `record` (with secrets) from now on
    End,         // `session`, or all: disks away, log out; answered when it is over
    Release,     // forget all sessions; they stay with the kernel
    Replace,     // the one who asks keeps all sessions from now on: offer.h
  };
  static constexpr SessionId kAll{UINT32_MAX};

  Kind kind = Kind::Status;
  Bytes record{};
  SessionId session = kAll;
  std::uint32_t limit = 0;  // seconds for a target that is away
  MachineEnd then = MachineEnd::Stay;
};

Result<Bytes> encode(const ControlRequest& request, MutableBytes out);
// `record` of the result borrows from `bytes`.
Result<ControlRequest> decode_request(Bytes bytes);

// The keeper's end.
class ControlListener {
public:
  // Replaces what a killed keeper left at `path`.
  static Result<ControlListener> open(const char* path);
  // Of another program's keeper, bound already.
  explicit ControlListener(UniqueFd socket) : socket_{std::move(socket)} {}

  int descriptor() const { return socket_.get(); }
  // A client that may ask: a process of root. Nothing for any other.
  UniqueFd accept() const;

private:
  UniqueFd socket_;
};

// The other end. The keeper must be root's as well. ENOENT or ECONNREFUSED
// (system_error.h): no keeper runs.
Result<UniqueFd> connect_to_keeper(const char* path);

// Sends the request over a connected socket and waits for the answer, for ever when
// limit_ms is -1.
struct ControlAnswer {
  bool done = false;
  Text text;  // a view of `buffer`
};
inline constexpr std::uint8_t kAnswerDone = 0;  // the first byte
inline constexpr std::uint8_t kAnswerFailed = 1;
Result<ControlAnswer> ask(int socket, const ControlRequest& request, int limit_ms,
                          MutableBytes buffer);

// The second half of it alone.
Result<ControlAnswer> receive_answer(int socket, int limit_ms, MutableBytes buffer);

// The keeper's side of it. A client that does not take it in at once gets nothing.
void answer(int socket, bool done, Text text);

}  // namespace isboot::linux_platform
