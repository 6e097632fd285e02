// How the keeper learns that the machine begins to end, and in which way. systemd itself (PID 1)
// tells it without a program's help, for none may be readable any more: for each way to end it
// holds a FIFO open, as the units of end_units.h say, and closes it when that way is taken. When
// it holds that FIFO again, the end has been taken back.
#pragma once

#include <array>
#include <optional>

#include "platform/linux/keeper/control.h"

namespace isboot::linux_platform {

class EndNotice {
public:
  static constexpr std::array<const char*, 4> kWays = {"poweroff", "reboot", "halt", "kexec"};

  // Makes the FIFOs in `folder`, which is there, and opens them.
  static Result<EndNotice> open(const char* folder);

  // For poll(), without any event: POLLHUP is the notice. -1 while it is taken.
  int descriptor(std::size_t way) const { return taken_[way] ? -1 : fifos_[way].get(); }
  // What it says.
  static MachineEnd end_by(std::size_t way);
  // That one's notice; it comes a second time only after it has been taken back.
  MachineEnd take(std::size_t way);
  // The next way whose notice was taken and that systemd holds again; Stay: none. No descriptor
  // becomes ready of that: it is to be asked before anything is done about an end.
  MachineEnd taken_back();

private:
  EndNotice() = default;

  std::array<UniqueFd, kWays.size()> fifos_;
  std::array<bool, kWays.size()> taken_{};
};

}  // namespace isboot::linux_platform
