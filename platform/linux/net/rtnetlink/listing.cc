#include "platform/linux/net/rtnetlink/listing.h"

#include <linux/netlink.h>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {

void Listing::begin(std::uint32_t port, std::uint32_t sequence) {
  port_ = port;
  sequence_ = sequence;
  under_way_ = true;
  superseded_ = spoilt_ = false;
  ++tries_;
}

bool Listing::supersede() {
  tries_ = 0;
  superseded_ = under_way_;
  return under_way_;
}

Result<Listing::Part> Listing::take(const netlink::Message& message) {
  // An event carries the sequence number and the port of whoever brought it about: a number
  // alone may be another process's.
  if (message.port != port_) return Part::Other;
  if (!under_way_ || message.sequence != sequence_)
    return (message.flags & NLM_F_MULTI) != 0 ? Part::Stale : Part::Other;
  if (message.type == NLMSG_ERROR) return end(ISBOOT_TRY(netlink::read_answer(message)).error);
  if ((message.flags & NLM_F_DUMP_INTR) != 0) spoilt_ = true;
  if (message.type == NLMSG_DONE) return end(ISBOOT_TRY(netlink::read_answer(message)).error);
  return superseded_ ? Part::Stale : Part::Entry;
}

Result<Listing::Part> Listing::end(int error) {
  under_way_ = false;
  if (superseded_) return Part::AskAgain;
  if (error != 0) return system_error(error, "the kernel gives no list");
  if (!spoilt_) return Part::Complete;
  if (tries_ < kMaxTries) return Part::AskAgain;
  return Error{Errc::BadValue, 0, "the kernel's list changes each time that it is read"};
}

}  // namespace isboot::linux_platform
