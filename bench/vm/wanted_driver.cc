// PID 1 of the machines in which bench/vm/wanted.py measures: runs `isboot boot --wanted`, the
// question that the scripts of an initramfs ask first, and takes the time from exec to its end.
//
// Lines for wanted.py: `BENCH-WANTED round=… ms=… status=…`; `BENCH-DONE` before the power-off.
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 8;

struct Run {
  double ms;
  int status;
};

// The child has this memory until it executes the program: nothing of ours is copied within the
// time that is taken.
Run ask() {
  char program[] = "/bin/isboot", boot[] = "boot", wanted[] = "--wanted";
  char* const command[] = {program, boot, wanted, nullptr};
  char* const environment[] = {nullptr};
  const Clock::time_point begin = Clock::now();
  const pid_t child = vfork();
  if (child == 0) {
    execve(program, command, environment);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) std::abort();
  const std::chrono::duration<double, std::milli> taken = Clock::now() - begin;
  return {taken.count(), WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

}  // namespace

int main() {
  mount("proc", "/proc", "proc", 0, "");
  mount("sysfs", "/sys", "sysfs", 0, "");
  mount("devtmpfs", "/dev", "devtmpfs", 0, "");
  mount("tmpfs", "/run", "tmpfs", 0, "");
  for (int round = 0; round < kRounds; ++round) {
    const Run run = ask();
    std::printf("BENCH-WANTED round=%d ms=%.2f status=%d\n", round, run.ms, run.status);
  }
  std::printf("BENCH-DONE\n");
  std::fflush(stdout);
  reboot(RB_POWER_OFF);
  std::abort();
}
