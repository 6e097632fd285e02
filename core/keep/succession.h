// The keeper of another program takes over from the one that runs: who of the two keeps, and when
// the sessions may be offered. No I/O; time is an argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/keep/time.h"

namespace isboot::keep {

// Whose turn it is to keep the sessions. One number, which the two share and change by
// compare-and-swap alone, says so at any moment, whichever of them is killed when: 2n while the
// n-th program keeps them, 2n + 1 while it offers them to the next, which makes it 2n + 2 by taking
// them. Either that or the first takes the offer back: one of the two comes too late.
class Turn {
public:
  struct Change {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };

  // Of the n-th program.
  explicit constexpr Turn(std::uint32_t number) : keeps_{2 * number} {}
  // Of the one that comes next, as long as the number is `shared`.
  static constexpr Turn after(std::uint32_t shared) { return Turn{shared / 2 + 1}; }

  constexpr Change offer() const { return {keeps_, keeps_ + 1}; }
  constexpr Change take_back() const { return {keeps_ + 1, keeps_}; }
  constexpr Change take() const { return {keeps_ - 1, keeps_}; }
  // Also while it is offered.
  constexpr bool is_ours(std::uint32_t shared) const { return shared / 2 == keeps_ / 2; }

private:
  std::uint32_t keeps_;
};

// Which client wants to take over, and since when it may.
class Succession {
public:
  // Nothing is done for a session meanwhile.
  static constexpr Millis kOfferStands = 30'000;

  // False: another client wants to already.
  bool ask(std::size_t client);
  void offer(Millis now) { until_ = now + kOfferStands; }
  // It is over, or the client has left.
  void end();

  bool is(std::size_t client) const { return client_ == client; }
  bool wanted() const { return client_.has_value() && !offered(); }
  bool offered() const { return until_ != kNever; }
  std::size_t client() const { return client_.value_or(SIZE_MAX); }
  Millis deadline() const { return until_; }

private:
  std::optional<std::size_t> client_;
  Millis until_ = kNever;
};

}  // namespace isboot::keep
