#pragma once

#include "core/base/bytes.h"
#include "core/base/ip_address.h"
#include "core/base/result.h"
#include "core/ports/clock.h"

namespace isboot {

// The interface that a connection goes through.
struct Via {
  std::uint32_t link = 0;  // its number, which a link-local address needs; 0: none
  bool only = false;       // nothing through any other, whatever the routes say
};

// One TCP connection at a time. Calls block, never past `deadline`.
// Errors: Errc::TimedOut, Errc::Closed (the peer ended it), or the platform's code.
class Stream {
public:
  // Ends an earlier connection first.
  virtual Result<Done> connect(const Portal& portal, Via via, Millis deadline) = 0;
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
