#include "platform/linux/keeper/end_notice.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::array<MachineEnd, EndNotice::kWays.size()> kThen = {
    MachineEnd::PowerOff, MachineEnd::Reboot, MachineEnd::Halt, MachineEnd::Kexec};

}  // namespace

Result<EndNotice> EndNotice::open(const char* folder) {
  const UniqueFd opened{::open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  EndNotice notice;
  for (std::size_t way = 0; way < kWays.size(); ++way) {
    (void)mkfifoat(opened.get(), kWays[way], 0600);  // systemd takes one with these rights alone
    // A FIFO that nobody has opened for writing yet is no notice: the kernel reports POLLHUP
    // only when a writer left since this open (pipe_poll() in fs/pipe.c).
    notice.fifos_[way].reset(
        openat(opened.get(), kWays[way], O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!notice.fifos_[way]) return system_error(errno, "a FIFO for systemd cannot be had");
  }
  return notice;
}

MachineEnd EndNotice::end_by(std::size_t way) { return kThen[way]; }

MachineEnd EndNotice::take(std::size_t way) {
  taken_[way] = true;
  return kThen[way];
}

MachineEnd EndNotice::taken_back() {
  for (std::size_t way = 0; way < kWays.size(); ++way) {
    if (!taken_[way]) continue;
    pollfd fifo{fifos_[way].get(), 0, 0};
    if (poll(&fifo, 1, 0) != 0) continue;  // POLLHUP: nobody holds it
    taken_[way] = false;
    return kThen[way];
  }
  return MachineEnd::Stay;
}

}  // namespace isboot::linux_platform
