#include "platform/freebsd/kernel.h"

#include "core/base/text.h"

namespace isboot::freebsd {
namespace {

struct Words {
  int number;
  Text words;
};

// What a boot can run into; the kernel has no strerror(3).
constexpr Words kWords[] = {
    {ISBOOT_ENOENT, "No such file or directory"},
    {ISBOOT_ESRCH, "No such process"},
    {5, "Input/output error"},
    {ISBOOT_ENXIO, "Device not configured"},
    {12, "Cannot allocate memory"},
    // What a firewall drops on its way out (ip_output_pfil()): root waits until it lets it pass.
    {13, "Permission denied; next: let the target's address pass the firewall, ipfw(8) or pf(4)"},
    {ISBOOT_EBUSY, "Device busy"},
    {17, "File exists"},
    {22, "Invalid argument"},
    {24, "Too many open files"},
    {28, "No space left on device"},
    {32, "Broken pipe"},
    {43, "Protocol not supported"},
    {45, "Operation not supported"},
    {47, "Address family not supported by protocol family"},
    {48, "Address already in use"},
    {49, "Can't assign requested address"},
    {50, "Network is down"},
    {51, "Network is unreachable"},
    {53, "Software caused connection abort"},
    {54, "Connection reset by peer"},
    {55, "No buffer space available"},
    {61, "Connection refused"},
    {63, "File name too long"},
    {64, "Host is down"},
    {65, "No route to host"},
};

}  // namespace

Error kernel_error(int number, const char* text) {
  switch (number) {
    case ISBOOT_EINTR:
    case ISBOOT_ERESTART:
      return Error{Errc::Cancelled, 0, "the machine is shutting down"};
    case ISBOOT_EWOULDBLOCK:
    case ISBOOT_ETIMEDOUT:
      return Error{Errc::TimedOut, 0, text};
    case ISBOOT_ENOTCONN:
      return Error{Errc::Closed, 0, text};
    default:
      return Error{static_cast<SystemErrc>(number), 0, text};
  }
}

int number_of(Code code) { return code.domain() == kErrorDomain<SystemErrc> ? code.value() : 0; }

Text words_of(Code code) {
  const int number = number_of(code);
  if (number == 0) return {};
  for (const Words& row : kWords)
    if (row.number == number) return row.words;
  return "see errno(2)";
}

}  // namespace isboot::freebsd
