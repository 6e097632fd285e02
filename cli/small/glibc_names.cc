// What objects that were compiled with glibc's headers call, and musl does not have. Both have the
// kernel's structures and numbers on the machines that Debian's package is for; a function that is
// missing ends the build when the program is linked. The _chk names are _FORTIFY_SOURCE's: a size
// that would run over the object ends the process. Without the two macros glibc's headers define
// some of these names themselves.
#undef _FORTIFY_SOURCE
#undef __OPTIMIZE__
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cinttypes>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// Where the two disagree, musl has its padding of struct msghdr on the other side.
static_assert(std::endian::native == std::endian::little);

namespace {

void check(std::size_t size, std::size_t object) {
  if (size > object) std::abort();
}

}  // namespace

// NOLINTBEGIN: their names and types are glibc's
extern "C" {

// musl's own. By their usual names the headers of glibc 2.38 and later call those of C23 below,
// which would then call themselves.
long musl_strtol(const char*, char**, int) __asm__("strtol");
unsigned long musl_strtoul(const char*, char**, int) __asm__("strtoul");
long long musl_strtoll(const char*, char**, int) __asm__("strtoll");
unsigned long long musl_strtoull(const char*, char**, int) __asm__("strtoull");
intmax_t musl_strtoimax(const char*, char**, int) __asm__("strtoimax");
uintmax_t musl_strtoumax(const char*, char**, int) __asm__("strtoumax");
int musl_vsscanf(const char*, const char*, va_list) __asm__("vsscanf");
int musl_vfscanf(FILE*, const char*, va_list) __asm__("vfscanf");

char __libc_single_threaded = 1;

// libgcc then asks dl_iterate_phdr().
int _dl_find_object(void*, struct dl_find_object*) noexcept { return -1; }

int malloc_trim(std::size_t) noexcept { return 0; }
const char* strerrordesc_np(int number) noexcept { return std::strerror(number); }
int close_range(unsigned first, unsigned last, int flags) noexcept {
  return static_cast<int>(syscall(SYS_close_range, first, last, flags));
}

unsigned gnu_dev_major(dev_t device) noexcept {
  return static_cast<unsigned>(((device >> 32) & 0xfffff000U) | ((device >> 8) & 0xfffU));
}
unsigned gnu_dev_minor(dev_t device) noexcept {
  return static_cast<unsigned>(((device >> 12) & 0xffffff00U) | (device & 0xffU));
}
dev_t gnu_dev_makedev(unsigned major, unsigned minor) noexcept {
  return (dev_t{major & 0xfffff000U} << 32) | (dev_t{major & 0xfffU} << 8) |
         (dev_t{minor & 0xffffff00U} << 12) | (minor & 0xffU);
}

cmsghdr* __cmsg_nxthdr(msghdr* message, cmsghdr* header) noexcept {
  constexpr std::size_t kAlign = sizeof(std::size_t);
  const std::size_t size = (header->cmsg_len + kAlign - 1) / kAlign * kAlign;
  auto* const end = static_cast<char*>(message->msg_control) + message->msg_controllen;
  auto* const at = reinterpret_cast<char*>(header);
  const auto left = static_cast<std::size_t>(end - at);
  if (header->cmsg_len < sizeof(cmsghdr) || size > left || left - size < sizeof(cmsghdr))
    return nullptr;
  return reinterpret_cast<cmsghdr*>(at + size);
}

// C23's, which read "0b1" too; nothing here asks for base 0.
long __isoc23_strtol(const char* text, char** end, int base) noexcept {
  return musl_strtol(text, end, base);
}
unsigned long __isoc23_strtoul(const char* text, char** end, int base) noexcept {
  return musl_strtoul(text, end, base);
}
long long __isoc23_strtoll(const char* text, char** end, int base) noexcept {
  return musl_strtoll(text, end, base);
}
unsigned long long __isoc23_strtoull(const char* text, char** end, int base) noexcept {
  return musl_strtoull(text, end, base);
}
intmax_t __isoc23_strtoimax(const char* text, char** end, int base) noexcept {
  return musl_strtoimax(text, end, base);
}
uintmax_t __isoc23_strtoumax(const char* text, char** end, int base) noexcept {
  return musl_strtoumax(text, end, base);
}
int __isoc23_vsscanf(const char* text, const char* format, va_list arguments) noexcept {
  return musl_vsscanf(text, format, arguments);
}
int __isoc23_vfscanf(FILE* file, const char* format, va_list arguments) {
  return musl_vfscanf(file, format, arguments);
}
int __isoc23_sscanf(const char* text, const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  const int read = musl_vsscanf(text, format, arguments);
  va_end(arguments);
  return read;
}
int __isoc23_fscanf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int read = musl_vfscanf(file, format, arguments);
  va_end(arguments);
  return read;
}

// What c-ares 1.34 takes its numbers from.
void arc4random_buf(void* to, std::size_t size) noexcept {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno != EINTR) std::abort();
    if (got <= 0) continue;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

int __printf_chk(int, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = std::vprintf(format, arguments);
  va_end(arguments);
  return written;
}
int __fprintf_chk(FILE* file, int, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = std::vfprintf(file, format, arguments);
  va_end(arguments);
  return written;
}
int __vsnprintf_chk(char* to, std::size_t size, int, std::size_t object, const char* format,
                    va_list arguments) {
  check(size, object);
  return std::vsnprintf(to, size, format, arguments);
}
int __snprintf_chk(char* to, std::size_t size, int, std::size_t object, const char* format, ...) {
  check(size, object);
  va_list arguments;
  va_start(arguments, format);
  const int written = std::vsnprintf(to, size, format, arguments);
  va_end(arguments);
  return written;
}

int __sprintf_chk(char* to, int, std::size_t object, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  // musl refuses rooms that an int cannot count; SIZE_MAX is: not known.
  const int written = std::vsnprintf(to, object < INT_MAX ? object : INT_MAX, format, arguments);
  va_end(arguments);
  if (written >= 0) check(static_cast<std::size_t>(written) + 1, object);
  return written;
}

int __vfprintf_chk(FILE* file, int, const char* format, va_list arguments) {
  return std::vfprintf(file, format, arguments);
}
int __vasprintf_chk(char** to, int, const char* format, va_list arguments) {
  return vasprintf(to, format, arguments);
}
int __asprintf_chk(char** to, int, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = vasprintf(to, format, arguments);
  va_end(arguments);
  return written;
}

void* __memcpy_chk(void* to, const void* from, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  return std::memcpy(to, from, size);
}
void* __memmove_chk(void* to, const void* from, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  return std::memmove(to, from, size);
}
void* __memset_chk(void* to, int value, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  return std::memset(to, value, size);
}
char* __strncpy_chk(char* to, const char* from, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  return std::strncpy(to, from, size);
}

void __explicit_bzero_chk(void* at, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  explicit_bzero(at, size);
}

long __fdelt_chk(long file) {
  check(static_cast<std::size_t>(file), FD_SETSIZE - 1);
  return file / static_cast<long>(8 * sizeof(long));
}

int __open_2(const char* path, int flags) { return open(path, flags); }
int __openat_2(int folder, const char* path, int flags) { return openat(folder, path, flags); }
// libblkid links a function of cpu sets that it does not call.
cpu_set_t* __sched_cpualloc(std::size_t count) noexcept {
  return static_cast<cpu_set_t*>(std::calloc((count + 63) / 64, sizeof(long)));
}
void __sched_cpufree(cpu_set_t* set) noexcept { std::free(set); }

ssize_t __read_chk(int file, void* to, std::size_t size, std::size_t object) {
  check(size, object);
  return read(file, to, size);
}
ssize_t __pread_chk(int file, void* to, std::size_t size, off_t at, std::size_t object) {
  check(size, object);
  return pread(file, to, size, at);
}
ssize_t __readlink_chk(const char* path, char* to, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  return readlink(path, to, size);
}
ssize_t __readlinkat_chk(int folder, const char* path, char* to, std::size_t size,
                         std::size_t object) noexcept {
  check(size, object);
  return readlinkat(folder, path, to, size);
}
char* __realpath_chk(const char* path, char* to, std::size_t) noexcept {
  return realpath(path, to);
}
int __gethostname_chk(char* to, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  return gethostname(to, size);
}
int __ttyname_r_chk(int file, char* to, std::size_t size, std::size_t object) noexcept {
  check(size, object);
  return ttyname_r(file, to, size);
}
ssize_t __recv_chk(int socket, void* to, std::size_t size, std::size_t object, int flags) {
  check(size, object);
  return recv(socket, to, size, flags);
}
ssize_t __recvfrom_chk(int socket, void* to, std::size_t size, std::size_t object, int flags,
                       sockaddr* from, socklen_t* from_size) {
  check(size, object);
  return recvfrom(socket, to, size, flags, from, from_size);
}
int __poll_chk(pollfd* polled, nfds_t count, int timeout, std::size_t object) {
  check(count, object / sizeof *polled);
  return poll(polled, count, timeout);
}

}  // extern "C"
// NOLINTEND
