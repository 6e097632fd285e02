// The answer to one request for a list ("dump"), told apart from all else that comes in by the
// same socket. Sources: netlink(7), linux/netlink.h, net/netlink/af_netlink.c of Linux.
#pragma once

#include "platform/linux/netlink/message_reader.h"

namespace isboot::linux_platform {

// The kernel makes one list at a time for a socket and refuses a second one meanwhile (EBUSY):
// who wants another list supersedes the one that is under way, of which nothing is heard any more.
class Listing {
public:
  // How often a list that changes while it is read is asked for. It takes microseconds to read
  // one, so that a machine which changes links without end is not what this is made for.
  static constexpr int kMaxTries = 32;

  enum class Part : std::uint8_t {
    Other,     // something else: an event, the answer to another request
    Stale,     // of a list that nobody wants any more: to be dropped
    Entry,     // of the list that is wanted
    Complete,  // its end
    AskAgain,  // an end as well; the list is to be asked for (once more), nothing of it counts
  };

  // A request for a list goes out with `sequence`, from the socket whose address is `port`.
  void begin(std::uint32_t port, std::uint32_t sequence);
  // Whether one is under way. Its end is then AskAgain.
  bool supersede();
  // Something was lost that may have belonged to it.
  void spoil() { spoilt_ = true; }

  // Errors: what the kernel answers in place of a list, or at its end; Errc::BadValue after
  // kMaxTries. The list is over then.
  Result<Part> take(const netlink::Message& message);

private:
  Result<Part> end(int error);

  std::uint32_t port_ = 0;
  std::uint32_t sequence_ = 0;
  bool under_way_ = false;
  bool superseded_ = false;
  bool spoilt_ = false;  // it changed while it was read, or a part was lost
  int tries_ = 0;
};

}  // namespace isboot::linux_platform
