#include "platform/linux/system/question.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "platform/linux/system/file.h"
#include "platform/linux/system/root_check.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

// A terminal that gives a whole line, echoed or not; as it was before when this ends.
class LineByLine {
public:
  LineByLine(int terminal, Echo echo) : terminal_{terminal} {
    if (tcgetattr(terminal, &before_) != 0) return;
    termios wanted = before_;
    wanted.c_iflag |= ICRNL;
    wanted.c_lflag |= ICANON | ECHO;
    if (echo == Echo::Hidden) wanted.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    // What was typed before the question is no answer to it.
    changed_ = tcsetattr(terminal, TCSAFLUSH, &wanted) == 0;
  }
  LineByLine(const LineByLine&) = delete;
  LineByLine& operator=(const LineByLine&) = delete;
  ~LineByLine() {
    if (changed_) (void)tcsetattr(terminal_, TCSANOW, &before_);
  }
  explicit operator bool() const { return changed_; }

private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

// Up to a newline or the end. Byte by byte, so that nothing of it is kept anywhere but in `answer`.
Result<std::size_t> read_line(int fd, MutableBytes answer) {
  std::size_t size = 0;
  for (std::uint8_t byte = 0;;) {
    const ssize_t got = read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "the answer cannot be read");
    if (got == 0 || byte == '\n') return size;
    if (size == answer.size()) return Error{Errc::NoSpace, 0, "the answer is too long"};
    answer[size++] = byte;
    byte = 0;
  }
}

Result<Done> write_all(int fd, Text text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(errno, "the console cannot be written to");
    text = part_of(text, static_cast<std::size_t>(written));
  }
  return Done{};
}

Result<std::size_t> ask_on_console(const std::string& question, Echo echo, MutableBytes answer,
                                   const std::string& path) {
  const UniqueFd console{open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!console) return system_error(errno, "no console to ask on");
  const LineByLine line{console.get(), echo};
  if (!line) return system_error(errno, "the console is no terminal");
  ISBOOT_TRY(write_all(console.get(), "\n" + question + ": "));
  auto size = read_line(console.get(), answer);
  if (echo == Echo::Hidden) ISBOOT_TRY(write_all(console.get(), "\n"));
  return size;
}

// Its client prints what was typed.
Result<std::size_t> ask_by_plymouth(const std::string& question, Echo echo, MutableBytes answer,
                                    const std::string& client) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error(errno, "no pipe to plymouth");
  const UniqueFd ours{ends[0]};
  UniqueFd its{ends[1]};
  std::string program = client;
  std::string command = echo == Echo::Hidden ? "ask-for-password" : "ask-question";
  std::string prompt = "--prompt=" + question;
  char* const arguments[] = {program.data(), command.data(), prompt.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, its.get(), STDOUT_FILENO);
  pid_t process = -1;
  const int failed = posix_spawn(&process, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return system_error(failed, "plymouth cannot be asked");
  its.reset();
  auto size = read_line(ours.get(), answer);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return Error{Errc::NotFound, 0, "plymouth has no answer"};
  return size;
}

bool is_shown(const std::string& plymouth) {
  if (access(plymouth.c_str(), X_OK) != 0) return false;
  const auto status = run_and_wait({plymouth, "--ping"});
  return status && *status == 0;
}

}  // namespace

Result<std::size_t> ask(const std::string& question, Echo echo, MutableBytes answer,
                        const QuestionPlaces& places) {
  if (is_shown(places.plymouth)) {
    auto answered = ask_by_plymouth(question, echo, answer, places.plymouth);
    // One that ends while it asks leaves the console.
    if (answered || answered.error().code != Errc::NotFound) return answered;
  }
  return ask_on_console(question, echo, answer, places.console);
}

}  // namespace isboot::linux_platform
