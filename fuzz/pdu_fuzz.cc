// Any bytes as PDUs of the target: headers alone, and a full-feature exchange that must
// end within the bytes that it asked for. The first byte chooses request and digests,
// the second how the bytes are cut.
#include <vector>

#include "core/iscsi/full_feature.h"
#include "core/iscsi/scsi.h"

namespace {

using namespace isboot;
using namespace isboot::iscsi;
using Kind = ExchangeStep::Kind;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void exchange(unsigned flags, std::size_t cut, Bytes stream) {
  SessionParams params;
  params.header_digest = (flags & 4) != 0;
  params.data_digest = (flags & 8) != 0;
  FullFeature peer{params};
  std::vector<std::uint8_t> data(256);
  const scsi::Cdb cdb = scsi::inquiry(255);
  ExchangeStep step = (flags & 3) == 0   ? peer.command(Lun{}, cdb, data)
                      : (flags & 3) == 1 ? peer.text("SendTargets=All", data)
                      : (flags & 3) == 2 ? peer.command(Lun{}, cdb, {})
                                         : peer.logout();
  while ((step.kind == Kind::Send || step.kind == Kind::Receive) && !stream.empty()) {
    require(step.wanted > 0);
    std::size_t piece = step.wanted < stream.size() ? step.wanted : stream.size();
    if (cut != 0 && piece > cut) piece = cut;
    step = peer.on_bytes(stream.first(piece));
    stream = stream.subspan(piece);
  }
  require(peer.result().data_size <= data.size());
  if (step.kind == Kind::Done) (void)scsi::decode_sense(peer.result().sense);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes bytes{data + 2, size - 2};
  if (const auto response = decode_login_response(bytes)) {
    require(response->segment_length <= kLoginSegment);
    require(response->status_class != 0 || !response->transit ||
            response->next_stage > response->stage);
  }
  (void)decode_target_pdu(bytes);
  (void)scsi::decode_inquiry(bytes);
  (void)scsi::decode_serial_number(bytes);
  (void)scsi::decode_identification(bytes);
  (void)scsi::decode_capacity(bytes);
  (void)scsi::decode_sense(bytes);
  if (const auto luns = scsi::decode_lun_list(bytes)) (void)luns->has(Lun{});
  exchange(data[0], data[1], bytes);
  return 0;
}
