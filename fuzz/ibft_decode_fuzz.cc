// Any bytes: decode(), judge() and select() end, read nothing outside, and what they say
// lies inside. A wrong checksum stops nothing, so the fuzzer need not guess it.
#include "core/ibft/decode.h"
#include "core/ibft/select.h"

namespace {

void require(bool condition) {
  if (!condition) __builtin_trap();
}

bool inside(isboot::Text text, isboot::Bytes bytes) {
  if (text.empty()) return true;
  const isboot::Bytes part = isboot::as_bytes(text);
  return part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isboot;
  const Bytes bytes{data, size};
  ibft::Table table;
  ibft::Findings findings;
  const auto result = ibft::decode(bytes, table, findings);
  // Whatever makes a decode fail is among the findings.
  require(result.ok() || findings.has_errors());
  for (const ibft::Finding& finding : findings) require(finding.offset <= size + 0x10000);
  if (table.initiator) require(inside(table.initiator->name, bytes));
  for (const ibft::Nic& nic : table.nics) require(inside(nic.host_name, bytes));
  for (const ibft::Target& target : table.targets)
    for (const Text text : {target.name, target.chap_name, target.chap_secret,
                            target.reverse_chap_name, target.reverse_chap_secret})
      require(inside(text, bytes));
  for (const ibft::Extension& extension : table.extensions)
    require(inside(as_text(extension.data), bytes));

  const ibft::Selection selection = ibft::select(table);
  require(selection.candidates.count + selection.skipped.count == table.targets.count);
  for (const ibft::Candidate& candidate : selection.candidates) {
    require(candidate.target < table.targets.count);
    require(!candidate.nic || *candidate.nic < table.nics.count);
  }
  return 0;
}
