#pragma once

#include "core/base/bytes.h"
#include "core/base/ip_address.h"
#include "core/base/result.h"
#include "core/ports/clock.h"

namespace isboot {

// One TCP connection at a time. Calls block, never past `deadline`.
// Errors: Errc::TimedOut, Errc::Closed (the peer ended it), or the platform's code.
class Stream {
public:
  // Ends an earlier connection first. `link` is the interface that a link-local
  // address needs as its scope, 0 where there is none.
  virtual Result<Done> connect(const Portal& portal, std::uint32_t link, Millis deadline) = 0;
  virtual Result<Done> send(Bytes data, Millis deadline) = 0;
  // At least one byte, at most out.size(): what comes after is left in the stream,
  // for the kernel's initiator.
  virtual Result<std::size_t> receive(MutableBytes out, Millis deadline) = 0;
  // Closing what is closed is harmless.
  virtual void close() = 0;
  // The platform's own number of the connection, for its Initiator; stays the stream's.
  virtual int descriptor() const = 0;

protected:
  ~Stream() = default;
};

}  // namespace isboot
