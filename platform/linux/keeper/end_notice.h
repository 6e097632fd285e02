// How the keeper learns that the machine begins to end, and in which way. systemd itself (PID 1)
// tells it without a program's help, for none may be readable any more: for each way to end it
// holds a FIFO open, as the units of end_units.h say, and closes it when that way is taken. When
// it holds that FIFO again, the end has been taken back. It does so when it is asked, unless that
// way is still being taken.
#pragma once

#include <array>
#include <optional>

#include "platform/linux/keeper/control.h"

namespace isboot::linux_platform {

class EndNotice {
public:
  static constexpr std::array<const char*, 4> kWays = {"poweroff", "reboot", "halt", "kexec"};
  // The file by which systemd is asked about each.
  static constexpr std::array<const char*, 4> kQuestions = {"poweroff-stands", "reboot-stands",
                                                            "halt-stands", "kexec-stands"};

  // Makes the FIFOs in `folder`, which is there, and opens them.
  static Result<EndNotice> open(const char* folder);

  // For poll(), without any event: POLLHUP is the notice.
  int descriptor(std::size_t way) const { return fifos_[way].get(); }
  // What it says.
  static MachineEnd end_by(std::size_t way);
  // That one's notice; it comes a second time only after systemd has held that way again.
  MachineEnd take(std::size_t way);
  bool is_taken(std::size_t way) const { return taken_[way]; }
  // Whether the ways whose notice was taken still are taken; taken_back() has the answer soon.
  void ask() const;
  // The next way whose notice was taken and that systemd holds again; Stay: none. No descriptor
  // becomes ready of that: it is to be asked before anything is done about an end.
  MachineEnd taken_back();
  // Whether systemd does not hold it, and has not let go of it since open() either.
  bool was_not_held(std::size_t way) const;

private:
  EndNotice() = default;

  Result<Done> open_fifo(std::size_t way);
  void write_question(std::size_t way) const;
  bool is_held(std::size_t way) const;

  UniqueFd folder_;
  std::array<UniqueFd, kWays.size()> fifos_;
  std::array<bool, kWays.size()> taken_{};
};

}  // namespace isboot::linux_platform
