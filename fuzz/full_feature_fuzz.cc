// A hostile target after the login: PDUs in any cut to the exchange that `isboot check` and
// `discover` have, then what a SCSI answer holds. The first byte is the digests, then the room for
// the answer, how the bytes are cut, and what is asked.
#include "core/iscsi/full_feature.h"

#include <algorithm>
#include <vector>

#include "app/check/partition_table.h"
#include "core/iscsi/discovery.h"
#include "core/iscsi/scsi.h"

namespace {

using namespace isboot;
using namespace isboot::iscsi;
using Kind = ExchangeStep::Kind;

constexpr std::size_t kHead = 4;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

// Reads all of it, so that a view of what is gone is found.
void read(Bytes bytes) {
  volatile std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
}

ExchangeStep begin(FullFeature& machine, unsigned what, MutableBytes answer) {
  if (what % 3 == 0) return machine.command(Lun{}, scsi::inquiry(96), answer);
  if (what % 3 == 1) return machine.text(kSendAllTargets, answer);
  return machine.logout();
}

void exchange(Bytes head, Bytes stream) {
  SessionParams params;
  params.cmd_sn = params.exp_stat_sn = 1;
  params.header_digest = (head[0] & 1) != 0;
  params.data_digest = (head[0] & 2) != 0;
  FullFeature machine{params};
  std::vector<std::uint8_t> answer(head[1] * 8U);
  const std::size_t cut = 1 + head[2] % 97U;
  ExchangeStep step = begin(machine, head[3], answer);
  while (step.kind == Kind::Send || step.kind == Kind::Receive) {
    if (step.kind == Kind::Send) read(step.send);
    require(step.wanted != 0);
    const Bytes next = stream.first(std::min({step.wanted, cut, stream.size()}));
    if (next.empty()) return;
    stream = stream.subspan(next.size());
    const std::vector<std::uint8_t> piece{next.begin(), next.end()};
    step = machine.on_bytes(piece);
  }
  if (step.kind != Kind::Done) return;
  require(machine.result().data_size <= answer.size());
  read(machine.result().sense);
}

void read_scsi(Bytes data) {
  (void)scsi::decode_inquiry(data);
  (void)scsi::decode_serial_number(data);
  (void)scsi::decode_identification(data);
  if (const auto list = scsi::decode_lun_list(data)) (void)list->has(Lun{});
  (void)scsi::decode_capacity(data);
  if (const auto sense = scsi::decode_sense(data)) (void)scsi::to_text(*sense);
  for (const std::size_t block : {1U, 512U, 4096U}) (void)app::partition_table(data, block);
}

void read_discovery(Bytes data) {
  DiscoveryReader reader{data};
  for (std::size_t rows = 0;; ++rows) {
    require(rows <= data.size());
    const auto row = reader.next();
    if (!row || !*row) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kHead) return 0;
  const Bytes all{data, size};
  const Bytes rest = all.subspan(kHead);
  exchange(all.first(kHead), rest);
  read_scsi(rest);
  read_discovery(rest);
  return 0;
}
