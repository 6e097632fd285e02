#pragma once

#include "core/ports/stream.h"
#include "platform/freebsd/kernel.h"
#include "platform/freebsd/ports.h"

namespace isboot::freebsd {

// A TCP connection of the module's process. Errors beyond Stream's: the kernel's. FreeBSD ties no
// connection to an interface: Via::only is left to the routes.
class KernelStream final : public Stream {
public:
  explicit KernelStream(KernelClock& clock) : clock_{clock} {}
  ~KernelStream() { close(); }

  Result<Done> connect(const Portal& portal, Via via, Millis deadline) override;
  Result<Done> send(Bytes data, Millis deadline) override;
  Result<std::size_t> receive(MutableBytes out, Millis deadline) override;
  void close() override;
  int descriptor() const override { return descriptor_; }

private:
  // In the kernel's limits of a wait, whatever the deadline.
  Millis left(Millis deadline) const;
  // Data goes or comes until the deadline; how much of it.
  Result<std::size_t> transfer(isboot_direction direction, void* data, std::size_t size,
                               Millis deadline, const char* failure);

  KernelClock& clock_;
  int descriptor_ = -1;
};

}  // namespace isboot::freebsd
