// Any memory: the scan ends, and each hit is inside and has a good header.
#include "core/ibft/decode.h"
#include "core/ibft/locate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isboot;
  const Bytes memory{data, size};
  std::size_t from = 0;
  while (const auto found = ibft::find_table(memory, from)) {
    const bool good = found->offset >= from && found->offset % 16 == 0 &&
                      found->offset + found->length <= size &&
                      ibft::check_header(memory.subspan(found->offset, found->length)).ok();
    if (!good) __builtin_trap();
    from = found->offset + found->length;
  }
  return 0;
}
