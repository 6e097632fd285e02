#include "platform/freebsd/stream.h"

#include <algorithm>

#include "platform/freebsd/socket_address.h"

namespace isboot::freebsd {
namespace {

// A process of the kernel has no descriptors: its first connection is number 0. That one means "the
// proxy's connection" to an iscsi(4) that is built with ICL_KERNEL_PROXY, as iscsi.ko is whenever
// MK_OFED is on, the default of 14 and 15: icl_soft_conn_handoff() in sys/dev/iscsi/icl_soft.c.
constexpr int kFirstDescriptor = 1;

}  // namespace

Millis KernelStream::left(Millis deadline) const {
  const Millis now = clock_.now();
  return std::clamp<Millis>(deadline > now ? deadline - now : 0, 1, ISBOOT_MAX_WAIT);
}

Result<Done> KernelStream::connect(const Portal& portal, Via via, Millis deadline) {
  close();
  const SocketAddress address = SocketAddress::of(portal, via.link);
  int error = isboot_connect(ISBOOT_TCP, address.data(), left(deadline), &descriptor_);
  if (error == 0 && descriptor_ < kFirstDescriptor)
    error = isboot_renumber(&descriptor_, kFirstDescriptor);
  if (error == 0) return Done{};
  close();
  return kernel_error(error, "cannot connect");
}

Result<std::size_t> KernelStream::transfer(isboot_direction direction, void* data, std::size_t size,
                                           Millis deadline, const char* failure) {
  std::size_t done = 0;
  int error = isboot_set_limit(direction, descriptor_, left(deadline));
  if (error == 0) error = isboot_transfer(direction, descriptor_, data, size, &done);
  if (error != 0) return kernel_error(error, failure);
  return done;
}

Result<Done> KernelStream::send(Bytes data, Millis deadline) {
  // The interface has one pointer for both directions and does not write when it sends.
  auto* const bytes = const_cast<std::uint8_t*>(data.data());
  constexpr const char* kFailure = "cannot send to the target";
  const std::size_t sent =
      ISBOOT_TRY(transfer(ISBOOT_SEND, bytes, data.size(), deadline, kFailure));
  if (sent != data.size()) return Error{Errc::TimedOut, 0, kFailure};
  return Done{};
}

Result<std::size_t> KernelStream::receive(MutableBytes out, Millis deadline) {
  const std::size_t received = ISBOOT_TRY(
      transfer(ISBOOT_RECEIVE, out.data(), out.size(), deadline, "no answer from the target"));
  if (received == 0) return Error{Errc::Closed, 0, "the target closed the connection"};
  return received;
}

void KernelStream::close() {
  if (descriptor_ >= 0) isboot_close(descriptor_);
  descriptor_ = -1;
}

}  // namespace isboot::freebsd
