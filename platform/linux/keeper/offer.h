// What goes over the control socket when a keeper offers its sessions to another program's: first
// one datagram that says how many there are, with descriptors, then each record, with its secrets.
// Nothing is written anywhere else.
#pragma once

#include "platform/linux/keeper/control.h"

namespace isboot::linux_platform {

struct Offer {
  InlineText<127> refusal;  // why it is none; else empty
  std::size_t records = 0;
  UniqueFd turn;      // Baton
  UniqueFd folder;    // StateFile, with its lock
  UniqueFd listener;  // ControlListener: no client finds nobody
};

// The keeper's side. Neither waits: false when the other does not take it in at once.
struct Offered {
  std::size_t records = 0;
  int turn = -1, folder = -1, listener = -1;  // copies go
};
bool send_offer(int socket, const Offered& offered);
bool send_record(int socket, Bytes record);

// The other's, which asks with ControlRequest::Kind::Replace.
Result<Offer> ask_for_offer(int socket, int limit_ms);
// The next record. `buffer` of kMaxRecord bytes; the result is a view of it.
Result<Bytes> receive_record(int socket, int limit_ms, MutableBytes buffer);

}  // namespace isboot::linux_platform
