// Decoding a table: 2 µs at most (design.md, "Budgets").
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <vector>

#include "core/ibft/decode.h"
#include "core/ibft/encode.h"
#include "core/ibft/locate.h"
#include "core/ibft/select.h"
#include "testing/fixture.h"

namespace isboot::ibft {
namespace {

std::vector<std::uint8_t> real_table() {
  return testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-uefi-virtio-nochap.bin");
}

// The table again, in EDK2's layout: 0x800 bytes, most of them padding.
std::vector<std::uint8_t> padded_table() {
  const std::vector<std::uint8_t> bytes = real_table();
  Table table;
  Findings findings;
  std::vector<std::uint8_t> output(kMaxEncoded);
  if (!decode(bytes, table, findings)) std::abort();
  const auto padded = encode(table, Layout::Edk2, output);
  if (!padded) std::abort();
  output.resize(padded->size());
  return output;
}

void decode_all(benchmark::State& state, const std::vector<std::uint8_t>& bytes) {
  for (auto _ : state) {
    Table table;
    Findings findings;
    benchmark::DoNotOptimize(decode(bytes, table, findings).ok());
    benchmark::DoNotOptimize(table);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

void DecodeIpxe(benchmark::State& state) { decode_all(state, real_table()); }
void DecodeEdk2(benchmark::State& state) { decode_all(state, padded_table()); }

void Select(benchmark::State& state) {
  const std::vector<std::uint8_t> bytes = real_table();
  Table table;
  Findings findings;
  if (!decode(bytes, table, findings)) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(select(table));
}

// All of low memory that is looked through, with nothing in it.
void ScanLowMemory(benchmark::State& state) {
  const std::vector<std::uint8_t> memory(kVideoStart - kLowMemoryStart + kLowMemoryEnd - kVideoEnd);
  for (auto _ : state) benchmark::DoNotOptimize(find_table(memory));
}

BENCHMARK(DecodeIpxe);
BENCHMARK(DecodeEdk2);
BENCHMARK(Select);
BENCHMARK(ScanLowMemory);

}  // namespace
}  // namespace isboot::ibft

BENCHMARK_MAIN();
