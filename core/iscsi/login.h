// The login phase of RFC 7143 as a state machine without I/O: bytes in, one step
// out. It never asks for a byte beyond the last login response, so that what the
// target sends afterwards stays in the stream for the kernel's initiator.
#pragma once

#include "core/base/secret.h"
#include "core/iscsi/isid.h"
#include "core/iscsi/session_params.h"
#include "core/ports/entropy.h"
#include "core/ports/hash.h"

namespace isboot::iscsi {

// CHAP credentials. An empty secret: that direction is not used.
struct Credentials {
  InlineText<255> name;  // ours
  Secret secret;
  InlineText<255> reverse_name;  // the target's; empty: any name is accepted
  Secret reverse_secret;
};

struct LoginConfig {
  IscsiName initiator_name;
  IscsiName target_name;  // empty in a discovery session
  Isid isid;
  std::uint32_t cmd_sn = 1;    // of the login; the first command has the same
  bool header_digest = false;  // offer CRC32C,None instead of None
  bool data_digest = false;
  Credentials credentials;
};

// What to do next. `send` borrows from the Login until its next call.
struct LoginStep {
  enum class Kind : std::uint8_t {
    Send,      // send `send`, then receive `wanted` bytes
    Receive,   // receive up to `wanted` more bytes, no more
    Complete,  // logged in; params() holds what was agreed
    Redirect,  // log in at redirect() instead (a new connection, a new Login)
    Failed,    // `error` says why
  };
  Kind kind = Kind::Failed;
  Bytes send;
  std::size_t wanted = 0;
  Error error;
};

}  // namespace isboot::iscsi
