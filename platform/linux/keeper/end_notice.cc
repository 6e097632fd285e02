#include "platform/linux/keeper/end_notice.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::array<MachineEnd, EndNotice::kWays.size()> kThen = {
    MachineEnd::PowerOff, MachineEnd::Reboot, MachineEnd::Halt, MachineEnd::Kexec};

}  // namespace

Result<EndNotice> EndNotice::open(const char* folder) {
  EndNotice notice;
  notice.folder_.reset(::open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t way = 0; way < kWays.size(); ++way) {
    // systemd takes one with these rights alone.
    (void)mkfifoat(notice.folder_.get(), kWays[way], 0600);
    ISBOOT_TRY(notice.open_fifo(way));
    notice.write_question(way);  // what systemd is to watch is there
  }
  return notice;
}

// A FIFO that nobody has opened for writing yet is no notice: the kernel reports POLLHUP only when
// a writer left since this open (pipe_poll() in fs/pipe.c).
Result<Done> EndNotice::open_fifo(std::size_t way) {
  UniqueFd opened{
      openat(folder_.get(), kWays[way], O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)};
  if (!opened) return system_error(errno, "a FIFO for systemd cannot be had");
  fifos_[way] = std::move(opened);
  return Done{};
}

MachineEnd EndNotice::end_by(std::size_t way) { return kThen[way]; }

// Opened anew: else what it says now would be said for ever, and it could not tell that systemd
// has held that way again, and let go once more.
MachineEnd EndNotice::take(std::size_t way) {
  taken_[way] = true;
  if (!open_fifo(way)) fifos_[way].reset();
  return kThen[way];
}

void EndNotice::ask() const {
  for (std::size_t way = 0; way < kWays.size(); ++way)
    if (taken_[way]) write_question(way);
}

// That it is closed by one who could write is what systemd sees (inotify's IN_CLOSE_WRITE).
void EndNotice::write_question(std::size_t way) const {
  const UniqueFd written{openat(folder_.get(), kQuestions[way],
                                O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
}

MachineEnd EndNotice::taken_back() {
  for (std::size_t way = 0; way < kWays.size(); ++way) {
    if (!taken_[way]) continue;
    if (!fifos_[way]) (void)open_fifo(way);
    if (!is_held(way)) continue;
    taken_[way] = false;
    return kThen[way];
  }
  return MachineEnd::Stay;
}

bool EndNotice::was_not_held(std::size_t way) const {
  pollfd fifo{fifos_[way].get(), 0, 0};
  return poll(&fifo, 1, 0) == 0 && !is_held(way);
}

// Nobody writes: without a writer there is an end, with one there is nothing yet.
bool EndNotice::is_held(std::size_t way) const {
  char byte = 0;
  return read(fifos_[way].get(), &byte, 1) < 0 && errno == EAGAIN;
}

}  // namespace isboot::linux_platform
