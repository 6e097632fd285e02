// Whose turn it is to keep the sessions (core/keep/succession.h), in memory that the processes of
// the two programs share.
#pragma once

#include "core/keep/succession.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

class Baton {
public:
  // Ours from now on.
  static Result<Baton> make();
  // The turn after that of the one who sent it: not ours until take(). An errno; Errc::BadValue:
  // that is no such memory.
  static Result<Baton> receive(UniqueFd memory);

  Baton(Baton&& other) noexcept;
  Baton& operator=(Baton&&) = delete;
  ~Baton();

  // For the one who comes next.
  int descriptor() const { return memory_.get(); }
  // Each: false when it was too late.
  bool offer() { return change(turn_.offer()); }
  bool take_back() { return change(turn_.take_back()); }
  bool take() { return change(turn_.take()); }
  bool is_ours() const;

private:
  Baton(UniqueFd memory, std::uint32_t* shared, keep::Turn turn)
      : memory_{std::move(memory)}, shared_{shared}, turn_{turn} {}
  bool change(const keep::Turn::Change& change);

  UniqueFd memory_;
  std::uint32_t* shared_;
  keep::Turn turn_;
};

}  // namespace isboot::linux_platform
