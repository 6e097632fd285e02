#include "platform/linux/keeper/baton.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr off_t kSize = sizeof(std::uint32_t);
static_assert(std::atomic_ref<std::uint32_t>::is_always_lock_free, "processes share it");

Result<std::uint32_t*> map(int memory) {
  void* mapped = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  if (mapped == MAP_FAILED) return system_error(errno, "memory cannot be shared");
  return static_cast<std::uint32_t*>(mapped);
}

}  // namespace

Result<Baton> Baton::make() {
  UniqueFd memory{memfd_create("isboot-turn", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  // Whoever has it cannot make it shorter, which would end us at the next look.
  if (!memory || ftruncate(memory.get(), kSize) != 0 ||
      fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return system_error(errno, "memory to share cannot be had");
  std::uint32_t* shared = ISBOOT_TRY(map(memory.get()));
  return Baton{std::move(memory), shared, keep::Turn{0}};
}

Result<Baton> Baton::receive(UniqueFd memory) {
  const int seals = fcntl(memory.get(), F_GET_SEALS);
  struct stat status {};
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat(memory.get(), &status) != 0 ||
      status.st_size < kSize)
    return Error{Errc::BadValue, 0, "what the other keeper shares is no turn"};
  std::uint32_t* shared = ISBOOT_TRY(map(memory.get()));
  const auto turn = keep::Turn::after(std::atomic_ref{*shared}.load());
  return Baton{std::move(memory), shared, turn};
}

Baton::Baton(Baton&& other) noexcept
    : memory_{std::move(other.memory_)},
      shared_{std::exchange(other.shared_, nullptr)},
      turn_{other.turn_} {}

Baton::~Baton() {
  if (shared_ != nullptr) (void)munmap(shared_, kSize);
}

bool Baton::is_ours() const { return turn_.is_ours(std::atomic_ref{*shared_}.load()); }

bool Baton::change(const keep::Turn::Change& change) {
  std::uint32_t expected = change.from;
  return std::atomic_ref{*shared_}.compare_exchange_strong(expected, change.to);
}

}  // namespace isboot::linux_platform
