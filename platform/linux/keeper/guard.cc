#include "platform/linux/keeper/guard.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "core/base/text.h"
#include "core/keep/restarts.h"
#include "platform/linux/keeper/guard_page.h"
#include "platform/linux/system/clock.h"

namespace isboot::linux_platform {
namespace {

using Gone = keep::Restarts::Gone;

void warn(Log& log, Text what, int number, Text then) {
  std::array<char, 128> line{};
  TextWriter out{line};
  (out << "keeper: " << what).decimal(static_cast<unsigned>(number)) << then;
  log.write(LogLevel::Warning, out.text());
}

Gone how_it_went(int status) { return WIFSIGNALED(status) ? Gone::Killed : Gone::Failed; }

GuardPage& page_at_last(Clock& clock, Log& log) {
  for (;;) {
    if (GuardPage* const page = GuardPage::make()) return *page;
    log.write(LogLevel::Error, "keeper: no memory for its guard; tries again in 1 s");
    clock.sleep_until(clock.now() + keep::Restarts::kFirst);
  }
}

// A process, and a descriptor that can be read once it has ended.
struct Watched {
  pid_t process = 0;  // 0: none
  UniqueFd end;
  bool ours = true;  // a child, whose status waitpid() has

  static Watched of(pid_t process, bool ours) {
    return {process, UniqueFd{static_cast<int>(syscall(SYS_pidfd_open, process, 0))}, ours};
  }
};

int reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

class Guard {
public:
  Guard(GuardedWork& work, GuardPage& page, std::span<UniqueFd> for_the_first, Clock& clock,
        Log& log)
      : work_{work}, page_{page}, for_the_first_{for_the_first}, clock_{clock}, log_{log} {}

  int run() {
    open_guards();
    for (;;) {
      if (at_work_.process == 0) start_work();
      if (at_work_.process != 0 && heir_.process == 0 && clock_.now() >= heir_due_) start_heir();
      if (at_work_.process != 0) wait();
      if (heir_.process != 0 && is_readable(heir_.end)) heir_is_gone();
      const auto gone = work_gone();
      if (!gone) continue;
      const auto choice = restarts_.on_gone(*gone, started_);
      if (!choice.again) {
        const int over = *page_.over();
        work_.finish(over);
        end_heir();
        return over;
      }
      tell(*gone);
      at_work_ = {};
      clock_.sleep_until(choice.at);
    }
  }

private:
  // Guards and heirs have an end that nobody writes to, the work the other one. Where there is no
  // such pipe the work takes itself for unguarded.
  void open_guards() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    guards_seen_.reset(ends[0]);
    is_guard_.reset(ends[1]);
  }

  void start_work() {
    started_ = clock_.now();
    const GuardedWork::Start start{first_, getpid(), guards_seen_.get()};
    const std::uint32_t turn = page_.next_turn();
    const pid_t child = fork();
    if (child == 0) do_work(start, turn);
    status_ = errno;
    if (child < 0) return;
    first_ = false;
    for (UniqueFd& descriptor : for_the_first_) descriptor.reset();
    at_work_ = Watched::of(child, true);
  }

  [[noreturn]] void do_work(const GuardedWork::Start& start, std::uint32_t turn) {
    heir_.end.reset();
    is_guard_.reset();
    if (!page_.begin(turn, getpid())) _exit(EXIT_FAILURE);
    const auto over = work_.run(start);
    if (over) page_.declare_over(*over);
    _exit(over ? EXIT_SUCCESS : EXIT_FAILURE);
  }

  // Returns in the guard, and later in the heir, when that has become the guard.
  void start_heir() {
    heir_started_ = clock_.now();
    const pid_t guard = getpid();
    const pid_t child = fork();
    if (child == 0) return inherit(guard);
    if (child < 0) return heir_comes_later(Gone::NoProcess);
    heir_ = Watched::of(child, true);
    work_.heir_is(child);
  }

  void inherit(pid_t guard) {
    (void)prctl(PR_SET_NAME, "isboot-heir", 0, 0, 0);
    at_work_ = {};
    heir_ = {};
    const Watched before = Watched::of(guard, false);
    // A number is used again only when its process has been waited for, which is after it has
    // ended: that of a living parent is its own.
    if (getppid() == guard) {
      if (!before.end) _exit(EXIT_FAILURE);
      pollfd its_end{before.end.get(), POLLIN, 0};
      while (poll(&its_end, 1, -1) < 1) {
      }
    }
    // A guard that ends at once, whatever ends it, must not make one heir after the other without
    // end.
    clock_.sleep_until(heir_started_ + keep::Restarts::kFirst);
    work_.take_the_place_of(guard);
    log_.write(LogLevel::Warning, "keeper: its guard was ended; another has taken its place");
    started_ = clock_.now();
    restarts_ = {};
    if (const pid_t process = page_.take_over(); process != 0) watch_over(process);
  }

  // Its number is its own as long as it lives. That it ended a moment ago too and the number is
  // used again already would take as many new processes as there are numbers.
  void watch_over(pid_t process) {
    for (;;) {
      at_work_ = Watched::of(process, false);
      if (at_work_.end || errno == ESRCH) return;
      clock_.sleep_until(clock_.now() + keep::Restarts::kFirst);  // no descriptor can be had
    }
  }

  // Until the work or the heir is gone, or another heir is due.
  void wait() {
    if (!at_work_.end) return;  // work_gone() waits
    pollfd ends[] = {{at_work_.end.get(), POLLIN, 0}, {heir_.end.get(), POLLIN, 0}};
    const int limit = heir_.process == 0 ? poll_timeout(clock_.now(), heir_due_) : -1;
    if (poll(ends, 2, limit) == 0) clock_.sleep_until(heir_due_);
  }

  static bool is_readable(const UniqueFd& end) {
    pollfd polled{end.get(), POLLIN, 0};
    return end && poll(&polled, 1, 0) == 1;
  }

  // How the work ended; nothing: it goes on. Without a descriptor of a child's end, waits for that.
  std::optional<Gone> work_gone() {
    if (at_work_.process == 0) return Gone::NoProcess;
    if (at_work_.end && !is_readable(at_work_.end)) return std::nullopt;
    // Of another's child nobody says how it ended.
    status_ = at_work_.ours ? reap(at_work_.process) : SIGKILL;
    return page_.over() ? Gone::Declared : how_it_went(status_);
  }

  void tell(Gone gone) {
    if (gone == Gone::NoProcess)
      warn(log_, "no process for it can be had (error ", status_, "); tried again");
    else if (gone == Gone::Killed)
      warn(log_, "ended by signal ", WTERMSIG(status_), "; starts again");
    else
      warn(log_, "could not go on (status ", WEXITSTATUS(status_), "); starts again");
  }

  void heir_is_gone() { heir_comes_later(how_it_went(reap(heir_.process))); }

  void heir_comes_later(Gone gone) {
    heir_ = {};
    heir_due_ = heir_restarts_.on_gone(gone, heir_started_).at;
  }

  void end_heir() {
    if (heir_.process == 0) return;
    (void)kill(heir_.process, SIGKILL);
    (void)reap(heir_.process);
  }

  GuardedWork& work_;
  GuardPage& page_;
  std::span<UniqueFd> for_the_first_;
  Clock& clock_;
  Log& log_;

  UniqueFd guards_seen_, is_guard_;
  bool first_ = true;
  Watched at_work_;
  Millis started_ = 0;
  int status_ = 0;  // of the work that is gone, as waitpid() has it; of no process, the error
  keep::Restarts restarts_;

  Watched heir_;
  Millis heir_started_ = 0;
  Millis heir_due_ = 0;
  keep::Restarts heir_restarts_;
};

}  // namespace

bool GuardedWork::Start::is_guarded() const {
  pollfd polled{guards, POLLIN, 0};
  return guards >= 0 && poll(&polled, 1, 0) == 0;
}

int guard(GuardedWork& work, std::span<UniqueFd> for_the_first, Clock& clock, Log& log) {
  // Whoever ignores it has no children to wait for, and that is handed down.
  (void)signal(SIGCHLD, SIG_DFL);
  return Guard{work, page_at_last(clock, log), for_the_first, clock, log}.run();
}

}  // namespace isboot::linux_platform
