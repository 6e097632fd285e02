// Any values of CHAP keys. A line each: CHAP_A, CHAP_I, CHAP_C, CHAP_N, CHAP_R. Whatever
// they are, a target without the secret proves nothing.
#include "core/iscsi/binary_value.h"
#include "core/iscsi/chap.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"

namespace {

using namespace isboot;
using namespace isboot::iscsi;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void decode(Text value) {
  std::array<std::uint8_t, 64> small{};
  std::array<std::uint8_t, kMaxBinary> large{};
  const auto short_value = decode_binary(value, small);
  const auto value_of = decode_binary(value, large);
  if (!value_of) return;
  require(!value_of->empty() && value_of->size() <= value.size());
  require(short_value.ok() == (value_of->size() <= small.size()));
  // What is written as hex is read as the same bytes.
  std::array<std::uint8_t, 2 * kMaxBinary + 8> text{};
  const auto written = TextKeyWriter{text}.add_binary("K", *value_of).finish();
  require(written.ok());
  std::array<std::uint8_t, kMaxBinary> again{};
  const auto same = decode_binary(part_of(as_text(*written), 2, written->size() - 3), again);
  require(same.ok() && as_text(*same) == as_text(*value_of));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Text rest = as_text({data, size});
  SecurityKeys keys;
  for (const char* name : {"CHAP_A", "CHAP_I", "CHAP_C", "CHAP_N", "CHAP_R"}) {
    const std::size_t end = position_of(rest, '\n');
    const Text value = part_of(rest, 0, end);
    decode(value);
    *keys.find(name) = value;
    if (end == Text::npos) break;
    rest = part_of(rest, end + 1);
  }
  (void)parse_algorithms(rest);

  Credentials credentials;
  (void)credentials.secret.assign(as_bytes("initiator's secret"));
  (void)credentials.reverse_secret.assign(as_bytes("target's secret"));
  isboot::testing::FakeHash hash;
  isboot::testing::FakeEntropy entropy;
  Chap chap{credentials, AlgorithmSet::all(), hash, entropy};
  std::array<std::uint8_t, 1024> buffer{};
  TextKeyWriter out{buffer};
  if (!chap.answer(keys, out)) return 0;
  require(out.finish().ok());
  SecurityKeys proof;
  proof.name = keys.name;
  proof.response = keys.response;
  require(!chap.verify(proof));
  return 0;
}
