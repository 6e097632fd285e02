// What a guard, its heir and the work share, in memory that outlives each of them: who is at work,
// and whether the work is over.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>

namespace isboot::linux_platform {

class GuardPage {
public:
  // Shared with every process that is forked from now on; null: there is no memory. Never freed.
  static GuardPage* make();

  // For a guard, before it forks a process for the work: its turn.
  std::uint32_t next_turn();
  // For the process of that turn, before anything else. False: the turn is another's, since its
  // guard was gone before it could begin.
  bool begin(std::uint32_t turn, pid_t process);
  void declare_over(int status) { over_ = status; }

  // For who takes the place of a guard that is gone: the process at work; 0: there is none, and one
  // that has been forked and has not begun never will.
  pid_t take_over();
  // The status of work that is over.
  std::optional<int> over() const;

private:
  static constexpr int kNotOver = -1;

  std::atomic<std::uint64_t> at_work_{0};  // the turn, and in the low half the process
  std::atomic<int> over_{kNotOver};
};

}  // namespace isboot::linux_platform
