// All that it takes to bring one session back: what the kernel was told of it, how to log
// in, and where. It goes to the keeper through its control socket and, without secrets,
// into the keeper's state file. Both ends are of this machine, but may be of two versions:
// a record starts with its version.
#pragma once

#include "core/ibft/table.h"
#include "core/iscsi/login.h"
#include "core/ports/initiator.h"
#include "core/ports/network.h"

namespace isboot::linux_platform {

using CredentialsPath = InlineText<255>;

struct SessionRecord {
  SessionId session;
  SessionConfig kernel;  // as it was created; its portal is where each try starts
  iscsi::LoginConfig login;
  // Where the login ended when a redirect to a name led there: nobody looks that name up again.
  // Absent: none did.
  Portal found_by_name{};
  std::uint32_t link = 0;  // the interface, for link-local addresses
  // How the NIC is set up again; nothing: the network is not ours.
  std::optional<NicSetup> nic;
  ibft::Origin origin = ibft::Origin::Manual;  // of the NIC's settings
  Lun lun;
  DiskName disk;
  std::uint16_t time2wait = 2;       // seconds, DefaultTime2Wait as the last login agreed on it
  bool logged_in = true;             // once; else it still has no disk
  bool had_secrets = false;          // the credentials must be found again before a login …
  CredentialsPath credentials_file;  // … here, or in the iBFT when this is empty
};

inline constexpr std::size_t kMaxRecord = 2048;

enum class Secrets : std::uint8_t { Leave, Take };

// Into `out`, of kMaxRecord bytes; the result is a view of it.
Result<Bytes> encode(const SessionRecord& record, Secrets secrets, MutableBytes out);

// Of which session a record is. The errors of decode(), which may have more to say of the rest.
Result<SessionId> session_of(Bytes bytes);

// Errc::Unsupported: of another version. Errc::Truncated, Errc::BadValue, Errc::NoSpace:
// damaged, with the offset.
Result<Done> decode(Bytes bytes, SessionRecord& record);

}  // namespace isboot::linux_platform
