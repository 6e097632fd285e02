#include "platform/linux/keeper/guard_page.h"

#include <sys/mman.h>

#include <new>

namespace isboot::linux_platform {
namespace {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "else processes cannot share it");

constexpr unsigned kTurnShift = 32;

std::uint64_t of_turn(std::uint32_t turn) { return std::uint64_t{turn} << kTurnShift; }
std::uint32_t turn_of(std::uint64_t at_work) {
  return static_cast<std::uint32_t>(at_work >> kTurnShift);
}
pid_t process_of(std::uint64_t at_work) {
  return static_cast<pid_t>(static_cast<std::uint32_t>(at_work));
}

}  // namespace

GuardPage* GuardPage::make() {
  void* const memory =
      mmap(nullptr, sizeof(GuardPage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) GuardPage;
}

std::uint32_t GuardPage::next_turn() {
  const std::uint32_t turn = turn_of(at_work_) + 1;
  at_work_ = of_turn(turn);
  return turn;
}

bool GuardPage::begin(std::uint32_t turn, pid_t process) {
  std::uint64_t expected = of_turn(turn);
  return at_work_.compare_exchange_strong(expected, expected | static_cast<std::uint32_t>(process));
}

pid_t GuardPage::take_over() {
  for (;;) {
    std::uint64_t found = at_work_;
    if (process_of(found) != 0) return process_of(found);
    if (at_work_.compare_exchange_strong(found, of_turn(turn_of(found) + 1))) return 0;
  }
}

std::optional<int> GuardPage::over() const {
  const int status = over_;
  return status == kNotOver ? std::nullopt : std::optional{status};
}

}  // namespace isboot::linux_platform
