// What the keeper wants of sysfs that the kernel may take its time for: it asks a target, and waits
// for the answer, or for the session if that is lost meanwhile. A process of its own carries it
// out, with one more for each errand, so that none waits for another and the keeper for none. One
// that is killed is over as well, and says so.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <optional>
#include <span>

#include "platform/linux/keeper/session_folder.h"

namespace isboot::linux_platform {

struct Errand {
  enum class Kind : std::uint8_t { LookFor, Remove };  // as SessionFolder has them
  Kind kind = Kind::LookFor;
  std::uint32_t number = 0;  // the asker's
  SessionId session{};
  Lun lun{};
  DiskName disk{};  // of Remove
};

// What sysfs never says: nobody knows what became of the errand.
inline constexpr int kErrandKilled = EOWNERDEAD;

struct ErrandOver {
  Errand::Kind kind = Errand::Kind::LookFor;
  std::uint32_t number = 0;
  int error = 0;  // errno, or kErrandKilled; 0: done
};

class Errands {
public:
  // In each of the keeper's processes, before it restricts itself. `folder` is used there, and
  // `hidden` is memory that the other process is not to have.
  virtual Result<Done> start(SessionFolder& folder, std::span<std::uint8_t> hidden) = 0;
  // Never waits. False: it could not be taken.
  virtual bool send(const Errand& errand) = 0;
  virtual int descriptor() const = 0;  // readable when one is over
  virtual std::optional<ErrandOver> next() = 0;
  // Whether nobody carries anything out any more.
  virtual bool is_gone() const = 0;

protected:
  ~Errands() = default;
};

class ErrandProcess final : public Errands {
public:
  Result<Done> start(SessionFolder& folder, std::span<std::uint8_t> hidden) override;
  bool send(const Errand& errand) override;
  int descriptor() const override { return socket_.get(); }
  std::optional<ErrandOver> next() override;
  bool is_gone() const override { return gone_; }
  pid_t process() const { return process_; }

private:
  UniqueFd socket_;
  pid_t process_ = 0;
  bool gone_ = false;
};

}  // namespace isboot::linux_platform
