#include "core/ibft/locate.h"

#include "core/ibft/decode.h"
#include "core/ibft/layout.h"

namespace isboot::ibft {

namespace {

constexpr std::size_t kStep = 16;

}  // namespace

bool may_hold_table(Bytes memory) {
  // Every spelling ends so: nearly all places are passed over for one byte.
  constexpr std::size_t kLast = 3;
  for (std::size_t at = 0; at + kLast < memory.size(); at += kStep)
    if (memory[at + kLast] == 'T' && has_signature(memory.subspan(at))) return true;
  return false;
}

std::optional<Location> find_table(Bytes memory, std::size_t from) {
  std::size_t at = (from + kStep - 1) / kStep * kStep;
  for (; at < memory.size() && memory.size() - at >= layout::header::kSize; at += kStep) {
    const std::size_t rest = memory.size() - at;
    const auto length =
        check_header(memory.subspan(at, rest < layout::kReach ? rest : layout::kReach));
    if (length) return Location{at, *length};
  }
  return std::nullopt;
}

}  // namespace isboot::ibft
