// What decode() made of any bytes is written again, in both layouts, and read back: the
// second reading finds nothing wrong with the form, and writing that gives the same bytes.
#include <algorithm>
#include <vector>

#include "core/ibft/decode.h"
#include "core/ibft/encode.h"

namespace {

using namespace isboot;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void round_trip(const ibft::Table& table, ibft::Layout layout) {
  static std::vector<std::uint8_t> first(ibft::kMaxEncoded);
  const auto written = ibft::encode(table, layout, first);
  if (!written) return;  // too much for this layout
  ibft::Table again;
  ibft::Findings findings;
  require(ibft::decode(*written, again, findings).ok());
  for (const ibft::Finding& finding : findings) {
    const ibft::FindingCode code = finding.code;
    require(code < ibft::FindingCode::OffsetPastEnd || code > ibft::FindingCode::StringNulInside ||
            code == ibft::FindingCode::StructureUnexpected ||  // a second extension
            code == ibft::FindingCode::StructureVersion ||     // an extension's own
            code == ibft::FindingCode::IndexRepeated);
  }
  require(again.nics.count == table.nics.count);
  require(again.targets.count == table.targets.count);
  require(again.extensions.count == table.extensions.count);
  static std::vector<std::uint8_t> second(ibft::kMaxEncoded);
  const auto rewritten = ibft::encode(again, layout, second);
  require(rewritten.ok());
  require(std::equal(written->begin(), written->end(), rewritten->begin(), rewritten->end()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ibft::Table table;
  ibft::Findings findings;
  (void)ibft::decode({data, size}, table, findings);
  for (const ibft::Layout layout : {ibft::Layout::Ipxe, ibft::Layout::Edk2})
    round_trip(table, layout);
  return 0;
}
