// c-ares can tell the name of a service by its port, which nobody asks it for. glibc's own function
// would put the name service switch into the static program: 118 KiB, and files that an initramfs
// does not have.
#include <netdb.h>

#include <cerrno>

extern "C" int getservbyport_r(int, const char*, servent*, char*, size_t, servent** result) {
  *result = nullptr;
  return ENOENT;
}
