#include "app/keeper/status_unit.h"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "app/keeper/status.h"
#include "app/keeper/status_line.h"
#include "platform/linux/system_error.h"

namespace isboot::app {

Result<KeeperWatch> KeeperWatch::open(const char* folder) {
  KeeperWatch watch;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  if (sigprocmask(SIG_BLOCK, &ends, nullptr) != 0)
    return system_error(errno, "signals cannot be waited for");
  watch.signals_.reset(signalfd(-1, &ends, SFD_CLOEXEC));
  if (!watch.signals_) return system_error(errno, "signals cannot be waited for");
  watch.changes_.reset(inotify_init1(IN_CLOEXEC));
  if (inotify_add_watch(watch.changes_.get(), folder, IN_MOVED_TO | IN_CREATE) < 0)
    return system_error(errno, "the keeper's folder cannot be watched");
  return watch;
}

bool KeeperWatch::wait() const {
  std::array<pollfd, 2> waited{pollfd{signals_.get(), POLLIN, 0}, {changes_.get(), POLLIN, 0}};
  while (poll(waited.data(), waited.size(), -1) < 0)
    if (errno != EINTR) return false;
  if (waited[0].revents != 0) return false;
  alignas(inotify_event) std::array<char, 4096> changes;  // all that there are are one
  return ::read(changes_.get(), changes.data(), changes.size()) > 0;
}

std::string unit_status(const Result<KeeperAnswer>& answer, std::time_t now) {
  if (!answer) return in_one_line(keeper_failure(answer.error()));
  const auto status = read_status(*answer);
  if (!status) return in_one_line(status.error());
  std::string line = status_line(*status, now).text;
  // What a target has said may be in it, and a second line would be another word to systemd.
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, '?');
  return line;
}

}  // namespace isboot::app
