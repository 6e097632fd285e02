#include "platform/linux/keeper/errands.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <type_traits>

#include "platform/linux/keeper/start_anew.h"
#include "platform/linux/keeper/syscall_filter.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// The two processes run the same program.
static_assert(std::is_trivially_copyable_v<Errand> && std::is_trivially_copyable_v<ErrandOver>);

constexpr int kAsker = 0;
constexpr int kFolder = 1;
constexpr int kAboveThem = 3;
// More than a keeper's sessions send, also with those of sessions that are gone.
constexpr std::size_t kMostUnderWay = 32;

struct UnderWay {
  pid_t process = 0;
  Errand errand;
};

// Not _exit(), which a sanitizer takes for a reason to ask for more than the filter allows.
[[noreturn]] void end() {
  for (;;) (void)syscall(SYS_exit_group, 0);
}

int carry_out(const SessionFolder& folder, const Errand& errand) {
  const auto done = errand.kind == Errand::Kind::LookFor
                        ? folder.look_for(errand.session, errand.lun)
                        : folder.remove(errand.disk);
  if (done) return 0;
  const int number = errno_of(done.error().code);
  return number != 0 ? number : ENODEV;
}

void answer(const Errand& errand, int error) {
  const ErrandOver over{errand.kind, errand.number, error};
  (void)::send(kAsker, &over, sizeof over, MSG_NOSIGNAL);
}

void wake_up(int) {}

// A child that ends wakes ppoll() up, and nothing else.
void block_notices_of_children(sigset_t& in_poll) {
  struct sigaction wakes {};
  wakes.sa_handler = wake_up;
  (void)sigaction(SIGCHLD, &wakes, nullptr);
  sigset_t blocked;
  (void)sigemptyset(&blocked);
  (void)sigaddset(&blocked, SIGCHLD);
  (void)sigprocmask(SIG_BLOCK, &blocked, &in_poll);
  (void)sigdelset(&in_poll, SIGCHLD);
}

// Those that are over have said so themselves, unless they were killed.
void take_leave(std::span<UnderWay> all) {
  int status = 0;
  for (pid_t process; (process = waitpid(-1, &status, WNOHANG)) > 0;)
    for (UnderWay& one : all) {
      if (one.process != process) continue;
      if (!WIFEXITED(status)) answer(one.errand, kErrandKilled);
      one = {};
    }
}

// Not fork(), which does more than a process needs that only writes to sysfs. Where no process can
// be had, this one is away for as long as it takes.
void begin(const SessionFolder& folder, const Errand& errand, std::span<UnderWay> all) {
  UnderWay* place = nullptr;
  for (UnderWay& one : all)
    if (one.process == 0) place = &one;
  if (place == nullptr) return answer(errand, EAGAIN);
  const long child = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child > 0) {
    *place = {static_cast<pid_t>(child), errand};
    return;
  }
  answer(errand, carry_out(folder, errand));
  if (child == 0) end();
}

// Nothing of the keeper's stays open here: its lock and the connections of its clients end with it.
[[noreturn]] void serve(int asker, SessionFolder& folder, std::span<std::uint8_t> hidden) {
  (void)prctl(PR_SET_NAME, "isboot-errands", 0, 0, 0);
  sigset_t in_poll;
  block_notices_of_children(in_poll);
  if (!hidden.empty()) (void)munmap(hidden.data(), hidden.size());
  const int above = fcntl(asker, F_DUPFD_CLOEXEC, kAboveThem);
  if (!folder.move_above(kAboveThem) || dup2(above, kAsker) < 0 || !folder.move_to(kFolder)) end();
  close_from(kFolder + 1);
  // Idle for months, it would be on the disk by the time that it has to free it. Only what it has
  // touched: the rest is the keeper's.
  (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
  (void)refuse_other_system_calls(Caller::Errands);
  std::array<UnderWay, kMostUnderWay> all{};
  for (;;) {
    pollfd asked{kAsker, POLLIN, 0};
    const int ready = ppoll(&asked, 1, nullptr, &in_poll);
    if (ready < 0 && errno != EINTR) end();
    take_leave(all);
    if (ready <= 0) continue;
    Errand errand;
    if (recv(kAsker, &errand, sizeof errand, 0) != static_cast<ssize_t>(sizeof errand)) end();
    begin(folder, errand, all);
  }
}

}  // namespace

Result<Done> ErrandProcess::start(SessionFolder& folder, std::span<std::uint8_t> hidden) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error(errno, "no socket for the keeper's errands can be had");
  socket_.reset(ends[0]);
  const UniqueFd its{ends[1]};
  gone_ = false;
  const pid_t child = fork();
  if (child < 0) return system_error(errno, "no process for the keeper's errands can be had");
  if (child == 0) serve(its.get(), folder, hidden);
  process_ = child;
  return Done{};
}

bool ErrandProcess::send(const Errand& errand) {
  return ::send(socket_.get(), &errand, sizeof errand, MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(sizeof errand);
}

std::optional<ErrandOver> ErrandProcess::next() {
  ErrandOver over;
  const ssize_t size = recv(socket_.get(), &over, sizeof over, MSG_DONTWAIT);
  if (size == static_cast<ssize_t>(sizeof over)) return over;
  gone_ = size >= 0 || (errno != EAGAIN && errno != EINTR);
  return std::nullopt;
}

}  // namespace isboot::linux_platform
