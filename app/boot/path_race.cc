#include "app/boot/path_race.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <vector>

#include "core/base/text.h"
#include "platform/linux/system/cgroup.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/own_root.h"
#include "platform/linux/system_error.h"

namespace isboot::app {
namespace {

using linux_platform::UniqueFd;

constexpr std::size_t kMaxMessage = 1024;

// From a path's process: the first byte, then text. To it: one byte, "you may leave".
constexpr char kDisk = 'd';
constexpr char kLater = 'l';
constexpr char kLine = '0';  // and above: the level of a line of the log

// Lines go to the process that started the race, which has a terminal to show them on; once
// it is gone, to the kernel's log.
class PathLog final : public Log {
public:
  PathLog(std::size_t path, int socket, Log& alone) : path_{path}, socket_{socket}, alone_{alone} {}

  void write(LogLevel level, Text line) override {
    std::array<char, kMaxMessage> message{};
    TextWriter out{message};
    out << static_cast<char>(kLine + static_cast<int>(level)) << "path ";
    out.decimal(path_ + 1) << ": " << line;
    const Text text = out.text();
    if (send(socket_, text.data(), text.size(), MSG_NOSIGNAL) < 0)
      alone_.write(level, part_of(text, 1));
  }
  Text words(Code code) override { return alone_.words(code); }

private:
  std::size_t path_;
  int socket_;
  Log& alone_;
};

void become_independent() {
  setsid();
  program_invocation_name[0] = '@';
  (void)prctl(PR_SET_NAME, "isboot-path", 0, 0, 0);
  // Out of the job that started it, which may end while a path is still waited for.
  (void)linux_platform::leave_control_group();
  // Whoever reads our starter's output must not wait for us.
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (nothing < 0 || dup2(nothing, fd) < 0) close(fd);
}

[[noreturn]] void run_path(PathWork& work, std::size_t path, int socket, Log& alone) {
  become_independent();
  PathLog log{path, socket, alone};
  // Without it only a path that comes late suffers.
  const auto own = linux_platform::take_own_root();
  if (!own) log.write(LogLevel::Detail, own.error().text);
  std::string message = work.bring_up(path, log);
  const bool later = message.empty();
  if (later && !work.may_come_later(path)) _exit(EXIT_FAILURE);
  message.insert(message.begin(), later ? kLater : kDisk);
  char word = 0;
  // Fails for a late path; the word is there then.
  (void)send(socket, message.data(), message.size(), MSG_NOSIGNAL);
  if (recv(socket, &word, 1, 0) == 1)
    work.leave(path, log);
  else
    work.take_back(path, log);
  _exit(EXIT_SUCCESS);
}

struct Runner {
  pid_t process = -1;
  UniqueFd socket;            // none: it has ended, or left us
  bool has_given_up = false;  // and waits for what the others do
};

std::optional<Runner> start(PathWork& work, std::size_t path, Log& log,
                            const std::vector<Runner>& others) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return std::nullopt;
  Runner runner;
  runner.socket.reset(ends[0]);
  const UniqueFd its{ends[1]};
  runner.process = fork();
  if (runner.process < 0) return std::nullopt;
  if (runner.process > 0) return runner;
  // An end that somebody else holds too would never be seen to close.
  runner.socket.reset();
  for (const Runner& other : others) close(other.socket.get());
  run_path(work, path, its.get(), log);
}

class Race {
public:
  Race(PathWork& work, Clock& clock, Log& log) : work_{work}, clock_{clock}, log_{log} {}

  void start_all(std::size_t first, std::size_t count);
  std::string run(Millis limit);
  void end_all();

private:
  bool wait(Millis limit);
  void read(Runner& runner);
  void end(Runner& runner);
  void let_first_leave(Millis limit);

  PathWork& work_;
  Clock& clock_;
  Log& log_;
  std::vector<Runner> runners_;
  Runner* winner_ = nullptr;
  std::string disk_;
};

void Race::start_all(std::size_t first, std::size_t count) {
  runners_.reserve(count);
  for (std::size_t path = first; path < first + count; ++path) {
    auto runner = start(work_, path, log_, runners_);
    if (runner)
      runners_.push_back(std::move(*runner));
    else
      log_.write(LogLevel::Error, "path " + std::to_string(path + 1) +
                                      ": no process for it can be had (" + std::strerror(errno) +
                                      ")");
  }
}

// False at the limit, or when nobody is left.
bool Race::wait(Millis limit) {
  std::vector<pollfd> polled;
  bool any = false;
  for (const Runner& runner : runners_) {
    polled.push_back({runner.socket.get(), POLLIN, 0});  // -1 is not looked at
    if (runner.socket && !runner.has_given_up) any = true;
  }
  if (!any) return false;
  const int ready =
      poll(polled.data(), polled.size(), linux_platform::poll_timeout(clock_.now(), limit));
  if (ready == 0) return false;
  for (std::size_t i = 0; i < polled.size(); ++i)
    if (polled[i].revents != 0) read(runners_[i]);
  return true;
}

void Race::read(Runner& runner) {
  std::array<char, kMaxMessage> message{};
  const ssize_t size = recv(runner.socket.get(), message.data(), message.size(), MSG_DONTWAIT);
  if (size <= 0) return end(runner);
  const Text text{message.data() + 1, static_cast<std::size_t>(size) - 1};
  if (message[0] == kLater) {
    runner.has_given_up = true;
    return;
  }
  if (message[0] != kDisk) return log_.write(static_cast<LogLevel>(message[0] - kLine), text);
  if (winner_ != nullptr) return;  // it waits for our word
  winner_ = &runner;
  disk_ = text;
}

// It has closed its end, or shall be waited for no longer.
void Race::end(Runner& runner) {
  runner.socket.reset();
  int status = 0;
  if (waitpid(runner.process, &status, 0) == runner.process && WIFSIGNALED(status))
    log_.write(LogLevel::Error,
               "a path's process was ended by signal " + std::to_string(WTERMSIG(status)));
}

std::string Race::run(Millis limit) {
  while (winner_ == nullptr && wait(limit)) {
  }
  if (winner_ == nullptr) return {};
  work_.before_leaving(log_);
  const char word = 0;
  (void)send(winner_->socket.get(), &word, 1, MSG_NOSIGNAL);
  while (winner_->socket && wait(limit)) {
  }
  return disk_;
}

void Race::end_all() {
  for (Runner& runner : runners_) {
    if (!runner.socket) continue;
    if (winner_ == nullptr && runner.has_given_up) {
      end(runner);
      continue;
    }
    if (winner_ == nullptr) {
      log_.write(LogLevel::Error, "a path's process does not end by itself: killed");
      kill(runner.process, SIGKILL);
      continue;
    }
    const char word = 0;
    (void)send(runner.socket.get(), &word, 1, MSG_NOSIGNAL);
  }
}

}  // namespace

std::string race(PathWork& work, std::size_t first, std::size_t count, Millis limit, Clock& clock,
                 Log& log) {
  Race race{work, clock, log};
  race.start_all(first, count);
  std::string disk = race.run(limit);
  race.end_all();
  return disk;
}

}  // namespace isboot::app
