// Any text of a target: read as pairs (which round-trip through the writer), negotiated
// as answers and as offers, and read as the answer to SendTargets.
#include <vector>

#include "core/iscsi/discovery.h"
#include "core/iscsi/negotiation.h"

namespace {

using namespace isboot;
using namespace isboot::iscsi;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void round_trip(Bytes text) {
  std::vector<std::uint8_t> buffer(text.size() + 1);
  TextKeyReader reader{text};
  for (unsigned keys = 0;; ++keys) {
    require(keys <= kMaxKeys);
    const auto key = reader.next();
    if (!key) {
      require(key.error().offset <= text.size());
      return;
    }
    if (!*key) return;
    TextKeyWriter writer{buffer};
    writer.add((*key)->name, (*key)->value);
    const auto written = writer.finish();
    require(written.ok());
    TextKeyReader again{*written};
    const auto same = again.next();
    require(same.ok() && same->has_value());
    require((*same)->name == (*key)->name && (*same)->value == (*key)->value);
  }
}

void negotiate(Bytes text, bool offer_first, bool discovery) {
  std::vector<std::uint8_t> buffer(kLoginSegment);
  Notes notes;
  Negotiation negotiation{discovery, offer_first, offer_first};
  if (offer_first) {
    TextKeyWriter offers{buffer};
    negotiation.write_offers(offers);
    require(offers.finish().ok());
  }
  TextKeyWriter answers{buffer};
  TextKeyReader reader{text};
  for (;;) {
    const auto key = reader.next();
    if (!key || !*key) break;
    if (!negotiation.receive(**key, false, answers, notes)) break;
  }
  SessionParams params;
  negotiation.fill(params);
  require(params.first_burst_length <= params.max_burst_length);
  require(params.max_burst_length >= 512 && params.max_burst_length < 1U << 24);
  require(params.max_outstanding_r2t == 1);
  require(params.error_recovery_level == 0);
}

void discover(Bytes text) {
  DiscoveryReader reader{text};
  for (unsigned rows = 0;; ++rows) {
    require(rows <= kMaxDiscoveryKeys);
    const auto row = reader.next();
    if (!row || !*row) return;
    require(!(*row)->name.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes text{data + 1, size - 1};
  round_trip(text);
  negotiate(text, (data[0] & 1) != 0, (data[0] & 2) != 0);
  discover(text);
  return 0;
}
