#include "platform/linux/keeper/offer.h"

#include <poll.h>
#include <sys/socket.h>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::size_t kDescriptors = 3;
constexpr Error kNoOffer{Errc::BadValue, 0, "what the keeper that runs offers cannot be read"};

// Room for the descriptors beside a datagram (cmsg(3)).
struct Beside {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptors * sizeof(int))> bytes{};
};

// Both outlive it.
msghdr message_of(iovec& part, Beside& beside) {
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = beside.bytes.data();
  message.msg_controllen = beside.bytes.size();
  return message;
}

Result<Done> wait_for(int socket, int limit_ms) {
  pollfd waited{socket, POLLIN, 0};
  const int ready = poll(&waited, 1, limit_ms);
  if (ready < 0) return system_error(errno, "poll failed");
  if (ready == 0) return Error{Errc::TimedOut, 0, "the keeper that runs does not answer"};
  return Done{};
}

// All that came are ours, also those that nobody expects.
std::array<UniqueFd, kDescriptors> take_descriptors(msghdr& message) {
  std::array<UniqueFd, kDescriptors> taken;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count && i < kDescriptors; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      taken[i].reset(fd);
    }
  }
  return taken;
}

}  // namespace

bool send_offer(int socket, const Offered& offered) {
  const std::array<int, kDescriptors> fds = {offered.turn, offered.folder, offered.listener};
  std::array<std::uint8_t, 2> bytes = {kAnswerDone, static_cast<std::uint8_t>(offered.records)};
  iovec part{bytes.data(), bytes.size()};
  Beside beside;
  msghdr message = message_of(part, beside);
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof fds);
  std::memcpy(CMSG_DATA(rights), fds.data(), sizeof fds);
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(bytes.size());
}

bool send_record(int socket, Bytes record) {
  return send(socket, record.data(), record.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(record.size());
}

Result<Offer> ask_for_offer(int socket, int limit_ms) {
  std::array<std::uint8_t, 1> request{};
  const Bytes asked = ISBOOT_TRY(encode({.kind = ControlRequest::Kind::Replace}, request));
  if (send(socket, asked.data(), asked.size(), MSG_NOSIGNAL) < 0)
    return system_error(errno, "the keeper that runs takes no request");
  ISBOOT_TRY(wait_for(socket, limit_ms));
  std::array<std::uint8_t, 128> bytes{};
  iovec part{bytes.data(), bytes.size()};
  Beside beside;
  msghdr message = message_of(part, beside);
  const ssize_t size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (size <= 0) return Error{Errc::Closed, 0, "the keeper that runs ended without an answer"};
  auto taken = take_descriptors(message);
  Offer offer;
  if (bytes[0] != kAnswerDone) {
    const auto text = Bytes{bytes}.subspan(1, static_cast<std::size_t>(size) - 1);
    ISBOOT_TRY(offer.refusal.assign(as_text(text)));
    return offer;
  }
  if (size != 2 || !taken[0] || !taken[1] || !taken[2]) return kNoOffer;
  offer.records = bytes[1];
  offer.turn = std::move(taken[0]);
  offer.folder = std::move(taken[1]);
  offer.listener = std::move(taken[2]);
  return offer;
}

Result<Bytes> receive_record(int socket, int limit_ms, MutableBytes buffer) {
  ISBOOT_TRY(wait_for(socket, limit_ms));
  const ssize_t size = recv(socket, buffer.data(), buffer.size(), 0);
  if (size <= 0) return Error{Errc::Closed, 0, "the keeper that runs ended in the middle"};
  return Bytes{buffer.first(static_cast<std::size_t>(size))};
}

}  // namespace isboot::linux_platform
