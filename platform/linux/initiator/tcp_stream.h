#pragma once

#include "core/ports/stream.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

// Stream over a kernel socket: non-blocking, TCP_NODELAY. Errors: the errno of the
// connection (ECONNREFUSED, EHOSTUNREACH, …), Errc::TimedOut, Errc::Closed; with Via::only
// never a connection that is not bound to its link.
class TcpStream final : public Stream {
public:
  explicit TcpStream(Clock& clock) : clock_{clock} {}

  // connect() in two halves, for who has other things to wait for as well: when the
  // descriptor is writable, finish_connect() tells how it went.
  Result<Done> start_connect(const Portal& portal, Via via);
  Result<Done> finish_connect();

  Result<Done> connect(const Portal& portal, Via via, Millis deadline) override;
  Result<Done> send(Bytes data, Millis deadline) override;
  Result<std::size_t> receive(MutableBytes out, Millis deadline) override;
  void close() override { fd_.reset(); }
  int descriptor() const override { return fd_.get(); }

private:
  Result<Done> wait_for(short events, Millis deadline);

  Clock& clock_;
  UniqueFd fd_;
};

}  // namespace isboot::linux_platform
