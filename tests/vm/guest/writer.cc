// writer FILE: writes an ever growing number to FILE, each with fsync, and says which one the
// disk has acknowledged (`ISBOOT-WRITTEN 7`), or that writing failed (`ISBOOT-WRITE-ERROR 7 …`).
//
// Over what is there, in one sector: a power cut leaves the number before or this one. The file
// is closed in between, so that root can be remounted read-only. One small program and no
// shell: ten machines that write at the same time must not be what keeps the host busy.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

constexpr auto kPause = std::chrono::milliseconds{100};
constexpr int kDigits = 10;

long number_in(const char* path) {
  char text[kDigits + 1] = {};
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t size = read(file, text, kDigits);
  close(file);
  return size > 0 ? std::strtol(text, nullptr, 10) : 0;
}

// 0 or errno's value.
int write_number(const char* path, long number) {
  char text[kDigits + 2];
  const int size = std::snprintf(text, sizeof text, "%0*ld\n", kDigits, number);
  const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  const bool good = write(file, text, static_cast<std::size_t>(size)) == size && fsync(file) == 0;
  const int error = good ? 0 : errno;
  close(file);
  return error;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  for (long number = number_in(arguments[1]) + 1;; ++number) {
    const int error = write_number(arguments[1], number);
    if (error == 0)
      std::printf("ISBOOT-WRITTEN %ld\n", number);
    else
      std::printf("ISBOOT-WRITE-ERROR %ld %s\n", number, std::strerror(error));
    std::fflush(stdout);
    std::this_thread::sleep_for(kPause);
  }
}
