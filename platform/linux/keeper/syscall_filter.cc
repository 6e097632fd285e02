#include "platform/linux/keeper/syscall_filter.h"

#include <linux/audit.h>
#include <linux/dm-ioctl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <span>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

// With each, who needs it.
constexpr int kAllowed[] = {
    // Keeper::wait(); what was interrupted by a signal goes on
    SYS_ppoll, SYS_restart_syscall, SYS_rt_sigreturn,
    // LinuxClock, on machines whose vDSO has no clock; waits between two questions to the kernel
    SYS_clock_gettime, SYS_clock_nanosleep,
#ifdef SYS_poll
    SYS_poll,
#endif
    // TcpStream
    SYS_connect, SYS_getsockopt, SYS_setsockopt,
    // netlink: IscsiNetlink and IscsiEvents, the NIC mender
    SYS_bind, SYS_getsockname,
    // both, and ControlListener with its clients
    SYS_sendto, SYS_sendmsg, SYS_recvfrom, SYS_recvmsg, SYS_accept4,
    // StateFile, SessionFolder, KernelLog
    SYS_read, SYS_write, SYS_close, SYS_openat,
    // StateFile::save()
    SYS_renameat, SYS_renameat2,
    // SessionFolder: disks, holders, a session's host
    SYS_getdents64, SYS_readlinkat,
#ifdef SYS_readlink
    SYS_readlink, SYS_rename,
#endif
#ifdef SYS_open  // of musl's open(); glibc's is openat()
    SYS_open,
#endif
    // LinuxEntropy: CHAP's challenges, back-off
    SYS_getrandom,
    // the end of the machine
    SYS_sync, SYS_reboot, SYS_exit, SYS_exit_group};

// With it, no socket of any family.
constexpr int kAllowedErrands[] = {
    // the asker
    SYS_recvfrom,
    SYS_sendto,
    // a process for each errand; what became of it
    SYS_clone,
    SYS_ppoll,
    SYS_wait4,
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigreturn,
    SYS_restart_syscall,
    // SessionFolder: what is written, and a session's host
    SYS_openat,
    SYS_write,
    SYS_close,
    SYS_readlinkat,
#ifdef SYS_readlink
    SYS_readlink,
#endif
};

constexpr std::uint32_t kFamilies[] = {AF_INET, AF_INET6, AF_NETLINK};

// DmMultipath
constexpr std::uint32_t kRequests[] = {static_cast<std::uint32_t>(DM_TABLE_STATUS),
                                       static_cast<std::uint32_t>(DM_TARGET_MSG)};

constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;

// A classic BPF program (linux/filter.h): straight comparisons, each of which either ends
// it or goes on to the next.
class Program {
public:
  explicit Program(Caller caller) {
    load(offsetof(seccomp_data, arch));
    end_unless(kArchitecture, kRefuse);
    load(offsetof(seccomp_data, nr));
    const bool keeps = caller == Caller::Keeper;
    for (const int number : keeps ? std::span<const int>{kAllowed} : kAllowedErrands)
      end_if(static_cast<std::uint32_t>(number), SECCOMP_RET_ALLOW);
    if (keeps) {
      allow_with(SYS_socket, 0, kFamilies);
      allow_with(SYS_ioctl, 1, kRequests);
    }
    end(kRefuse);
  }
  sock_fprog get() { return {static_cast<unsigned short>(size_), code_.data()}; }

private:
  // The call, with one of these as its argument of that number alone.
  void allow_with(int call, std::size_t argument, std::span<const std::uint32_t> values) {
    load(offsetof(seccomp_data, nr));
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0,
        static_cast<int>(2 * values.size() + 2));
    // The low half of the argument. The kernel looks at no more of these.
    static_assert(std::endian::native == std::endian::little, "else the low half is the second");
    load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t));
    for (const std::uint32_t value : values) end_if(value, SECCOMP_RET_ALLOW);
    end(kRefuse);
  }
  void add(int code, std::uint32_t value, int if_true = 0, int if_false = 0) {
    code_[size_++] = {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(if_true),
                      static_cast<std::uint8_t>(if_false), value};
  }
  void load(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  }
  void end(std::uint32_t verdict) { add(BPF_RET | BPF_K, verdict); }
  void end_if(std::uint32_t value, std::uint32_t verdict) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    end(verdict);
  }
  void end_unless(std::uint32_t value, std::uint32_t verdict) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    end(verdict);
  }

  std::array<sock_filter,
             2 * (std::size(kAllowed) + std::size(kFamilies) + std::size(kRequests)) + 16>
      code_{};
  std::size_t size_ = 0;
};

}  // namespace

Result<Done> refuse_other_system_calls(Caller caller) {
  if (kArchitecture == 0)
    return Error{Errc::Unsupported, 0, "no list of system calls for this processor"};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return system_error(errno, "new privileges cannot be ruled out");
  Program program{caller};
  sock_fprog code = program.get();
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &code) != 0)
    return system_error(errno, "system calls cannot be restricted");
  return Done{};
}

}  // namespace isboot::linux_platform
