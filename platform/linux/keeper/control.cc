#include "platform/linux/keeper/control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/reader.h"
#include "core/base/writer.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr int kBacklog = 4;

Result<sockaddr_un> address_of(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t size = std::strlen(path) + 1;
  if (size > sizeof address.sun_path)
    return Error{Errc::NoSpace, 0, "the control socket's path is too long"};
  std::memcpy(address.sun_path, path, size);
  return address;
}

bool peer_is_root(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

}  // namespace

Result<Bytes> encode(const ControlRequest& request, MutableBytes buffer) {
  Writer out{buffer};
  out.u8(static_cast<std::uint8_t>(request.kind));
  switch (request.kind) {
    case ControlRequest::Kind::Status:
    case ControlRequest::Kind::Release:
    case ControlRequest::Kind::Replace:
      break;
    case ControlRequest::Kind::Keep:
      out.bytes(request.record);
      break;
    case ControlRequest::Kind::End:
      out.le32(request.session.value).le32(request.limit);
      out.u8(static_cast<std::uint8_t>(request.then));
      break;
  }
  return Bytes{ISBOOT_TRY(out.finish())};
}

Result<ControlRequest> decode_request(Bytes bytes) {
  Reader in{bytes};
  ControlRequest request;
  const std::uint8_t kind = ISBOOT_TRY(in.u8());
  request.kind = static_cast<ControlRequest::Kind>(kind);
  switch (request.kind) {
    case ControlRequest::Kind::Status:
    case ControlRequest::Kind::Release:
    case ControlRequest::Kind::Replace:
      return request;
    case ControlRequest::Kind::Keep:
      request.record = ISBOOT_TRY(in.bytes(in.remaining()));
      return request;
    case ControlRequest::Kind::End: {
      request.session.value = ISBOOT_TRY(in.le32());
      request.limit = ISBOOT_TRY(in.le32());
      const std::uint8_t then = ISBOOT_TRY(in.u8());
      if (then > static_cast<std::uint8_t>(MachineEnd::Kexec))
        return Error{Errc::BadValue, 9, "there is no such end"};
      request.then = static_cast<MachineEnd>(then);
      return request;
    }
  }
  return Error{Errc::BadValue, 0, "there is no such request"};
}

Result<ControlListener> ControlListener::open(const char* path) {
  const sockaddr_un address = ISBOOT_TRY(address_of(path));
  UniqueFd opened{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!opened) return system_error(errno, "no control socket can be had");
  (void)unlink(path);
  if (bind(opened.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(opened.get(), kBacklog) != 0)
    return system_error(errno, "the control socket cannot be bound");
  return ControlListener{std::move(opened)};
}

UniqueFd ControlListener::accept() const {
  UniqueFd client{accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (client && !peer_is_root(client.get())) client.reset();
  return client;
}

Result<UniqueFd> connect_to_keeper(const char* path) {
  const sockaddr_un address = ISBOOT_TRY(address_of(path));
  UniqueFd opened{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  if (!opened) return system_error(errno, "no control socket can be had");
  if (connect(opened.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error(errno, "no keeper answers");
  if (!peer_is_root(opened.get())) return system_error(EPERM, "the control socket is not root's");
  return opened;
}

Result<ControlAnswer> ask(int socket, const ControlRequest& request, int limit_ms,
                          MutableBytes buffer) {
  std::array<std::uint8_t, kMaxRequest> bytes{};
  const Bytes message = ISBOOT_TRY(encode(request, bytes));
  const ssize_t sent = send(socket, message.data(), message.size(), MSG_NOSIGNAL);
  wipe(bytes);  // it may have held secrets
  if (sent < 0) return system_error(errno, "the keeper takes no request");
  return receive_answer(socket, limit_ms, buffer);
}

Result<ControlAnswer> receive_answer(int socket, int limit_ms, MutableBytes buffer) {
  pollfd waited{socket, POLLIN, 0};
  const int ready = poll(&waited, 1, limit_ms);
  if (ready < 0) return system_error(errno, "poll failed");
  if (ready == 0) return Error{Errc::TimedOut, 0, "the keeper does not answer"};
  const ssize_t size = recv(socket, buffer.data(), buffer.size(), 0);
  if (size <= 0) return Error{Errc::Closed, 0, "the keeper ended without an answer"};
  return ControlAnswer{buffer[0] == kAnswerDone,
                       as_text(Bytes{buffer.subspan(1, static_cast<std::size_t>(size) - 1)})};
}

void answer(int socket, bool done, Text text) {
  std::uint8_t status = done ? kAnswerDone : kAnswerFailed;
  iovec parts[] = {{&status, 1}, {const_cast<char*>(text.data()), text.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = std::size(parts);
  (void)sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace isboot::linux_platform
