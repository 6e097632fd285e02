#include "platform/freebsd/stream.h"

#include "platform/freebsd/kernel.h"
#include "platform/freebsd/socket_address.h"

namespace isboot::freebsd {

Millis KernelStream::left(Millis deadline) const {
  const Millis now = clock_.now();
  return now < deadline ? deadline - now : 0;
}

Result<Done> KernelStream::connect(const Portal& portal, Via via, Millis deadline) {
  close();
  const SocketAddress address = SocketAddress::of(portal, via.link);
  const int error = isboot_connect(address.data(), left(deadline), &descriptor_);
  if (error == 0) return Done{};
  descriptor_ = -1;
  return kernel_error(error, "cannot connect");
}

Result<Done> KernelStream::send(Bytes data, Millis deadline) {
  const int error = isboot_send(descriptor_, data.data(), data.size(), left(deadline));
  if (error != 0) return kernel_error(error, "cannot send to the target");
  return Done{};
}

Result<std::size_t> KernelStream::receive(MutableBytes out, Millis deadline) {
  std::size_t received = 0;
  const int error = isboot_receive(descriptor_, out.data(), out.size(), left(deadline), &received);
  if (error != 0) return kernel_error(error, "no answer from the target");
  if (received == 0) return Error{Errc::Closed, 0, "the target closed the connection"};
  return received;
}

void KernelStream::close() {
  if (descriptor_ >= 0) isboot_close(descriptor_);
  descriptor_ = -1;
}

}  // namespace isboot::freebsd
