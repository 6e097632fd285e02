#include "core/ibft/locate.h"

#include "core/ibft/decode.h"
#include "core/ibft/layout.h"

namespace isboot::ibft {

std::optional<Location> find_table(Bytes memory, std::size_t from) {
  constexpr std::size_t kStep = 16;
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
