// What happens to sessions, for systemd's journal: with a message id each, so that programs can
// wait for it and `journalctl -x` says what to do (distribution/systemd/isboot.catalog), and with
// isboot.service as the unit that it is about, so that `systemctl status isboot` shows it. The
// kernel log has each line as well: it is what is seen where there is no journal, and while the
// journal's disk is away.
#pragma once

#include <optional>

#include "core/keep/happening.h"
#include "core/ports/log.h"
#include "platform/linux/keeper/session_record.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

// 128 bits in hex. Empty for None.
Text message_id(keep::Happening what);

struct JournalEntry {
  keep::Happening what = keep::Happening::None;
  LogLevel level = LogLevel::Info;
  Text line;                               // as in the kernel log
  const SessionRecord* session = nullptr;  // none: of all
  std::optional<Portal> portal;            // where it is carried or tried; none: the record's
};

// As the journal takes it: for each field its name, a newline, the value's length in 64 bits,
// little endian, the value, a newline (systemd: "Native Journal Protocol"). In this form a value
// may be any bytes. Errc::NoSpace: `out` is too short.
Result<Bytes> encode(const JournalEntry& entry, MutableBytes out);

class Journal {
public:
  // None is not written.
  virtual void write(const JournalEntry& entry) = 0;

protected:
  ~Journal() = default;
};

// Over the journal's socket. Never waits: what cannot be had or does not fit is left out.
class SystemdJournal final : public Journal {
public:
  // Relative to the keeper's folder in /run, in which it runs: its root may be an initramfs that
  // has been emptied.
  static constexpr const char* kSocket = "../systemd/journal/socket";

  // The socket is made here: the keeper's filter of system calls lets none be made.
  explicit SystemdJournal(const char* path = kSocket);
  void write(const JournalEntry& entry) override;

private:
  const char* path_;
  UniqueFd socket_;
};

}  // namespace isboot::linux_platform
