#include "platform/linux/system/kernel_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "core/base/log_line.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::size_t kMaxLine = 900;  // the kernel takes about 1,000 bytes a record

// A descriptor that is closed now may be a connection to a target later.
bool wants_lines(int fd, const UniqueFd& kmsg) {
  return fcntl(fd, F_GETFD) >= 0 && kmsg.get() != fd;
}

// The kernel's numbers (syslog(2)), by our level.
int priority(LogLevel level) {
  switch (level) {
    case LogLevel::Error:
      return 3;
    case LogLevel::Warning:
      return 4;
    case LogLevel::Info:
      return 6;
    case LogLevel::Detail:
      return 7;
  }
  return 6;
}

}  // namespace

KernelLog::KernelLog(Clock& clock, int verbose)
    : clock_{clock},
      start_{clock.now()},
      verbose_{verbose},
      kmsg_{open("/dev/kmsg", O_WRONLY | O_CLOEXEC)},
      reader_{kmsg_ ? reader_of(STDERR_FILENO) : Reader::Other},
      console_level_{reader_ == Reader::Console ? console_level() : 0},
      stderr_{wants_lines(STDERR_FILENO, kmsg_) ? STDERR_FILENO : -1} {}

bool KernelLog::shown_on_stderr(LogLevel level) const {
  if (stderr_ < 0) return false;
  if (reader_ == Reader::Console) return priority(level) >= console_level_;
  return reader_ == Reader::Other;
}

void KernelLog::never_wait() {
  if (stderr_ < 0) return;
  struct stat status {};
  const bool is_file = fstat(stderr_, &status) != 0 || S_ISREG(status.st_mode);
  // Another open of the same terminal or pipe: the flag is not the caller's shell's, too.
  constexpr int kFlags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  own_stderr_.reset(is_file ? -1 : open("/proc/self/fd/2", kFlags));
  stderr_ = own_stderr_.get();
}

void KernelLog::write(LogLevel level, Text line) {
  if (verbosity_of(level) > verbose_) return;
  std::array<char, kMaxLine> buffer{};
  TextWriter out{std::span{buffer}.first(kMaxLine - 1)};
  out << '<' << static_cast<char>('0' + priority(level)) << '>';
  const std::size_t prefix = out.text().size();
  format_log_line(clock_.now() - start_, line, out);
  const std::size_t size = out.text().size();
  // Without it the kernel waits for the rest of the line, and shows it to nobody until the next one
  // comes: the last line before a prompt would not be seen.
  buffer[size] = '\n';
  const Text record{buffer.data(), size + 1};
  if (kmsg_) (void)!::write(kmsg_.get(), record.data(), record.size());
  if (shown_on_stderr(level)) {
    const Text shown = part_of(record, prefix);
    (void)!::write(stderr_, shown.data(), shown.size());
  }
}

Text KernelLog::words(Code code) { return system_error_text(code); }

}  // namespace isboot::linux_platform
