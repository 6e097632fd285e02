#include "app/initramfs/init_program.h"

#include <unistd.h>

namespace isboot::app {

std::string init_program(const std::string& self) {
  const std::string folder = self.substr(0, self.rfind('/') + 1);
  for (const char* const place : {"../lib/isboot/isboot-init", "isboot-init"})
    if (access((folder + place).c_str(), X_OK) == 0) return folder + place;
  return self;
}

}  // namespace isboot::app
