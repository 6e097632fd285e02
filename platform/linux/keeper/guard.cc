#include "platform/linux/keeper/guard.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/text.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// A keeper that cannot live must not take the processor from everybody.
constexpr Millis kBetweenStarts = 1'000;

void warn(Log& log, Text what, int number, Text then) {
  std::array<char, 128> line{};
  TextWriter out{line};
  (out << "keeper: " << what).decimal(static_cast<unsigned>(number)) << then;
  log.write(LogLevel::Warning, out.text());
}

}  // namespace

int guard(GuardedWork& work, UniqueFd handed_over, Clock& clock, Log& log) {
  // Whoever ignores it has no children to wait for, and that is handed down.
  (void)signal(SIGCHLD, SIG_DFL);
  for (;;) {
    const Millis next = clock.now() + kBetweenStarts;
    const pid_t child = fork();
    if (child == 0) _exit(work.run(handed_over.get()));
    int status = 0;
    if (child > 0) {
      handed_over.reset();
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
      warn(log, "ended by signal ", WTERMSIG(status), "; starts again");
    } else {
      warn(log, "no process for it can be had (error ", errno, "); tried again");
    }
    clock.sleep_until(next);
  }
}

}  // namespace isboot::linux_platform
