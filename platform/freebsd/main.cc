#include <new>

#include "platform/freebsd/life.h"

// The process of the module, as isboot_kernel.c starts it.
void isboot_main() {
  using isboot::freebsd::Life;
  void* const memory = isboot_allocate(sizeof(Life));
  Life* const life = new (memory) Life;
  while (life->step() != isboot::freebsd::LifeState::Over) {
  }
  life->~Life();
  isboot_free(memory);
}
