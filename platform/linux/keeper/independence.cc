#include "platform/linux/keeper/independence.h"

#include <fcntl.h>
#include <link.h>
#include <linux/capability.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/secret.h"
#include "core/base/text.h"
#include "platform/linux/keeper/syscall_filter.h"
#include "platform/linux/system/cgroup.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

// Of libstdc++; other libraries set nothing aside.
namespace __gnu_cxx {                    // NOLINT: its name
__attribute__((weak)) void __freeres();  // NOLINT: its name
}  // namespace __gnu_cxx

namespace isboot::linux_platform {
namespace {

// The deepest call chain of the keeper needs about 60 KiB (netlink buffers).
constexpr std::size_t kStackAhead = 96U << 10;
// What Linux sets aside below the stack of a program that starts (fs/exec.c, setup_arg_pages). It
// keeps more than that free of other mappings below (stack_guard_gap, 256 pages).
constexpr std::size_t kStackAtStart = 128U << 10;

// NETLINK_ISCSI asks for the first, links for the second, the end of the machine for the third.
constexpr int kCapabilities[] = {CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_BOOT};

void warn(Log& log, Text what) {
  std::array<char, 256> line{};
  TextWriter out{line};
  out << "keeper: " << what << " (" << system_error_text(system_error(errno, "").code) << ')';
  log.write(LogLevel::Warning, out.text());
}

__attribute__((noinline)) void touch_stack() {
  std::array<std::uint8_t, kStackAhead> ahead;
  wipe(ahead);  // writes that the compiler must not leave out
}

// Reads one byte of each page of the program, so that each is there, whatever it is of: a sanitizer
// keeps bytes there that are nobody's.
__attribute__((no_sanitize("address"))) int touch_program(dl_phdr_info* program, std::size_t,
                                                          void*) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for (std::size_t i = 0; i < program->dlpi_phnum; ++i) {
    const auto& part = program->dlpi_phdr[i];
    if (part.p_type != PT_LOAD) continue;
    const std::uintptr_t start = program->dlpi_addr + part.p_vaddr;
    for (std::uintptr_t at = start; at < start + part.p_filesz; at += page)
      (void)*reinterpret_cast<const volatile std::uint8_t*>(at);  // NOLINT: numbers in headers
  }
  return 1;  // there is no other: it is static
}

std::uintptr_t page_of(std::uintptr_t address) {
  return address & ~(static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE)) - 1);
}

// What is below that would be locked and never used. Who needs it after all has the kernel make it
// anew, as any stack grows.
void give_back_stack() {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));  // NOLINT
  const std::uintptr_t end = page_of(here - kStackAhead) - kStackAtStart;
  (void)munmap(reinterpret_cast<void*>(end), kStackAtStart);  // NOLINT: numbers of the stack's
}

Result<Done> lock_memory() {
  give_back_stack();
  touch_stack();
  (void)malloc_trim(0);  // what the start has freed would be locked too
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
    return system_error(errno, "the keeper cannot be locked in memory");
  return Done{};
}

bool keep_few_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  for (const int capability : kCapabilities) {
    const auto word = static_cast<std::size_t>(capability) / 32;
    data[word].permitted |= 1U << (capability % 32);
    data[word].effective |= 1U << (capability % 32);
  }
  return syscall(SYS_capset, &header, data) == 0;
}

}  // namespace

void give_back_exception_memory() {
  if (__gnu_cxx::__freeres != nullptr) __gnu_cxx::__freeres();
}

void stand_apart(Log& log) {
  (void)signal(SIGPIPE, SIG_IGN);
  (void)signal(SIGHUP, SIG_IGN);
  (void)signal(SIGTERM, SIG_IGN);  // of an init that ends every process: spared.h
  if (!leave_control_group()) warn(log, "the keeper ends with the unit that started it");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) warn(log, "core dumps stay possible");
  // Only processes with CAP_SYS_RESOURCE may lower this.
  if (!write_file("/proc/self/oom_score_adj", "-1000"))
    warn(log, "memory shortage may end the keeper");
  if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) != 0)
    warn(log, "the kernel may wait for the disk when the keeper needs memory");
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  (void)setrlimit(RLIMIT_MEMLOCK, &unlimited);
  become_guard(log);
  if (!keep_few_capabilities()) warn(log, "all capabilities stay");
}

void become_guard(Log& log) {
  (void)prctl(PR_SET_NAME, "isboot-guard", 0, 0, 0);
  (void)malloc_trim(0);  // what the start has freed would be locked too
  // Most of the keeper's memory is never touched here, and costs nothing then.
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
    warn(log, "the keeper's guard cannot be locked in memory");
  (void)dl_iterate_phdr(touch_program, nullptr);
}

Result<Done> become_independent(Log& log) {
  (void)prctl(PR_SET_NAME, "isboot-keep", 0, 0, 0);
  ISBOOT_TRY(lock_memory());
  if (!refuse_other_system_calls()) warn(log, "all system calls stay");
  return Done{};
}

}  // namespace isboot::linux_platform
