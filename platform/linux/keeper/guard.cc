#include "platform/linux/keeper/guard.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/text.h"
#include "core/keep/restarts.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// Added to the status of work that is over. No process has such a status by chance: a library
// that gives up exits with 1 or 127, a signal is none.
constexpr int kDeclared = 64;

void warn(Log& log, Text what, int number, Text then) {
  std::array<char, 128> line{};
  TextWriter out{line};
  (out << "keeper: " << what).decimal(static_cast<unsigned>(number)) << then;
  log.write(LogLevel::Warning, out.text());
}

keep::Restarts::Gone how_it_went(int status) {
  using Gone = keep::Restarts::Gone;
  if (WIFSIGNALED(status)) return Gone::Killed;
  return (WEXITSTATUS(status) & kDeclared) != 0 && WEXITSTATUS(status) < 2 * kDeclared
             ? Gone::Declared
             : Gone::Failed;
}

}  // namespace

int guard(GuardedWork& work, std::span<UniqueFd> for_the_first, Clock& clock, Log& log) {
  using Gone = keep::Restarts::Gone;
  // Whoever ignores it has no children to wait for, and that is handed down.
  (void)signal(SIGCHLD, SIG_DFL);
  keep::Restarts restarts;
  bool first = true;
  for (;;) {
    const Millis started = clock.now();
    const pid_t child = fork();
    if (child == 0) {
      const auto over = work.run(first);
      _exit(over ? kDeclared + *over : 1);
    }
    int status = 0;
    Gone gone = Gone::NoProcess;
    if (child > 0) {
      first = false;
      for (UniqueFd& descriptor : for_the_first) descriptor.reset();
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      gone = how_it_went(status);
    }
    const auto choice = restarts.on_gone(gone, started);
    if (!choice.again) return WEXITSTATUS(status) - kDeclared;
    if (gone == Gone::NoProcess)
      warn(log, "no process for it can be had (error ", errno, "); tried again");
    else if (gone == Gone::Killed)
      warn(log, "ended by signal ", WTERMSIG(status), "; starts again");
    else
      warn(log, "could not go on (status ", WEXITSTATUS(status), "); starts again");
    clock.sleep_until(choice.at);
  }
}

}  // namespace isboot::linux_platform
