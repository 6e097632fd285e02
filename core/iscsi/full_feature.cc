#include "core/iscsi/full_feature.h"

#include <cstring>

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot::iscsi {
namespace {

constexpr std::size_t kDigestSize = 4;

// Section 11.9.1: 1 asks for a logout, 2 and 3 announce the end of the connection or the session.
// The others (0: SCSI, 4: parameters, 5: tasks of a LUN, 248 and above: the vendor's) do not end
// it.
constexpr std::uint8_t kFirstEnd = 1;
constexpr std::uint8_t kLastEnd = 3;
constexpr std::size_t kAsyncEventAt = 36;

Error error(ExchangeErrc code, std::uint32_t offset, const char* text) {
  return Error{code, offset, text};
}

std::uint32_t digest_of(Bytes data) {
  Crc32c crc;
  crc.add(data);
  return crc.value();
}

}  // namespace

ExchangeStep FullFeature::finish(Result<ExchangeStep> step) {
  if (step) return *step;
  waiting_ = Waiting::Nothing;
  wanted_ = 0;
  ExchangeStep failed;
  failed.error = step.error();
  return failed;
}

ExchangeStep FullFeature::command(const Lun& lun, Bytes cdb, MutableBytes data) {
  if (waiting_ != Waiting::Nothing || cdb.size() > kMaxCdb)
    return finish(error(ExchangeErrc::OutOfOrder, 0, "a request is under way already"));
  begin(Waiting::Command, data);
  const auto size = static_cast<std::uint32_t>(data.size());
  const RequestHeader header = encode_scsi_command(sequence(), lun, cdb, size);
  ++cmd_sn_;
  return send(header, {});
}

ExchangeStep FullFeature::text(Text request, MutableBytes answer) {
  if (waiting_ != Waiting::Nothing || request.size() > kMaxTextRequest)
    return finish(error(ExchangeErrc::OutOfOrder, 0, "a request is under way already"));
  begin(Waiting::Text, answer);
  const auto size = static_cast<std::uint32_t>(request.size());
  const RequestHeader header = encode_text_request(sequence(), kNoTag, size);
  ++cmd_sn_;
  return send(header, as_bytes(request));
}

ExchangeStep FullFeature::logout() {
  if (waiting_ != Waiting::Nothing)
    return finish(error(ExchangeErrc::OutOfOrder, 0, "a request is under way already"));
  begin(Waiting::Logout, {});
  return send(encode_logout(sequence()), {});
}

ExchangeStep FullFeature::on_bytes(Bytes received) {
  if (received.empty() || received.size() > wanted_)
    return finish(error(ExchangeErrc::OutOfOrder, 0, "bytes that were not asked for"));
  return finish(take(received));
}

void FullFeature::begin(Waiting waiting, MutableBytes data) {
  waiting_ = waiting;
  data_ = data;
  result_ = {};
  received_ = 0;
  data_sn_ = 0;
  ++task_tag_;
}

ExchangeStep FullFeature::send(const RequestHeader& header, Bytes segment) {
  Writer to{out_};
  to.bytes(header);
  if (params_.header_digest) to.le32(digest_of(header));
  if (!segment.empty()) {
    const std::size_t start = to.offset();
    to.bytes(segment).zeros(padded(segment.size()) - segment.size());
    if (params_.data_digest) to.le32(digest_of(Bytes{out_}.subspan(start, to.offset() - start)));
  }
  ExchangeStep step = receive_header();
  step.kind = ExchangeStep::Kind::Send;
  step.send = Bytes{out_}.first(to.offset());
  return step;
}

ExchangeStep FullFeature::receive(Part part, std::size_t wanted) {
  part_ = part;
  filled_ = 0;
  wanted_ = wanted;
  return ExchangeStep{ExchangeStep::Kind::Receive, {}, wanted, {}};
}

ExchangeStep FullFeature::receive_header() {
  return receive(Part::Header, kHeaderSize + (params_.header_digest ? kDigestSize : 0));
}

Result<ExchangeStep> FullFeature::take(Bytes received) {
  if (part_ == Part::Segment) {
    // Padding is part of the digest, and of nothing else.
    const std::size_t room = filled_ < place_.size() ? place_.size() - filled_ : 0;
    const std::size_t kept = received.size() < room ? received.size() : room;
    if (kept != 0) std::memcpy(&place_[filled_], received.data(), kept);
    data_digest_.add(received);
  } else {
    std::memcpy(&header_[filled_], received.data(), received.size());
  }
  filled_ += received.size();
  wanted_ -= received.size();
  if (wanted_ != 0) return ExchangeStep{ExchangeStep::Kind::Receive, {}, wanted_, {}};
  if (part_ == Part::Header) return on_header();
  if (part_ == Part::Segment && params_.data_digest) return receive(Part::Digest, kDigestSize);
  if (part_ == Part::Digest && *Reader{header_}.le32() != data_digest_.value())
    return error(ExchangeErrc::DigestMismatch, 0, "data digest is wrong");
  return on_pdu();
}

Result<ExchangeStep> FullFeature::on_header() {
  const Bytes header = Bytes{header_}.first(kHeaderSize);
  if (params_.header_digest && *Reader{header_, kHeaderSize}.le32() != digest_of(header))
    return error(ExchangeErrc::DigestMismatch, kHeaderSize, "header digest is wrong");
  pdu_ = ISBOOT_TRY(decode_target_pdu(header));
  async_event_ = header_[kAsyncEventAt];
  if (pdu_.segment_length == 0) return on_pdu();
  place_ = ISBOOT_TRY(place_of_segment());
  data_digest_ = {};
  return receive(Part::Segment, padded(pdu_.segment_length));
}

// Where the PDU's segment goes: as many bytes as it has.
Result<MutableBytes> FullFeature::place_of_segment() {
  const std::size_t size = pdu_.segment_length;
  if (pdu_.is(Opcode::DataIn) && waiting_ == Waiting::Command) {
    // By its offset, as the kernel does: a target may hold itself free to send out of order.
    const std::size_t at = pdu_.buffer_offset;
    if (at > data_.size() || size > data_.size() - at)
      return error(ExchangeErrc::DataOutOfPlace, 5, "more data than was asked for");
    return data_.subspan(at, size);
  }
  if (pdu_.is(Opcode::TextResponse) && waiting_ == Waiting::Text) {
    if (size > data_.size() - result_.data_size)
      return error(ExchangeErrc::ResponseTooLong, 5,
                   "text is longer than its bound (1 MiB for a list of targets)");
    return data_.subspan(result_.data_size, size);
  }
  // No PDU may have more than the login has allowed. What does not fit in `scratch_` is read and
  // dropped.
  if (size > kLoginSegment)
    return error(ExchangeErrc::ResponseTooLong, 5, "more data than this PDU can have");
  return MutableBytes{scratch_}.first(size < scratch_.size() ? size : scratch_.size());
}

Result<ExchangeStep> FullFeature::on_pdu() {
  switch (static_cast<Opcode>(pdu_.opcode)) {
    case Opcode::DataIn:
      if (waiting_ == Waiting::Command) return on_data_in();
      break;
    case Opcode::ScsiResponse:
      if (waiting_ == Waiting::Command) return on_scsi_response();
      break;
    case Opcode::TextResponse:
      if (waiting_ == Waiting::Text) return on_text_response();
      break;
    case Opcode::LogoutResponse:
      if (waiting_ == Waiting::Logout) return done();
      break;
    case Opcode::NopIn:
      return on_nop_in();
    case Opcode::AsyncMessage:
      if (async_event_ >= kFirstEnd && async_event_ <= kLastEnd)
        return error(ExchangeErrc::TargetLeaves, kAsyncEventAt, "target ends the session");
      count_status();
      return receive_header();
    case Opcode::Reject:
      return error(ExchangeErrc::Rejected, 2, "target rejected a PDU");
    default:
      break;
  }
  return error(ExchangeErrc::UnexpectedPdu, 0, "PDU that has no place here");
}

Result<ExchangeStep> FullFeature::on_data_in() {
  if (pdu_.task_tag != task_tag_)
    return error(ExchangeErrc::WrongTaskTag, 16, "data of another task");
  // Linux takes another number for lost data and the connection for broken, each time anew: a read
  // never ends (seen with 6.1).
  if (pdu_.data_sn != data_sn_++)
    return error(ExchangeErrc::DataOutOfPlace, 36, "Data-In with a DataSN that is not the next");
  const std::size_t end = std::size_t{pdu_.buffer_offset} + pdu_.segment_length;
  if (pdu_.segment_length != 0 && end > result_.data_size) result_.data_size = end;
  received_ += pdu_.segment_length;
  if ((pdu_.flags & kStatusBit) == 0) return receive_header();
  result_.scsi_status = pdu_.status;
  return done();
}

Result<ExchangeStep> FullFeature::on_scsi_response() {
  result_.response = pdu_.response;
  if (pdu_.response == 0) result_.scsi_status = pdu_.status;
  // Section 11.4.7: a length, then the sense data. What is shorter says nothing.
  constexpr std::uint32_t kSenseLength = 2;
  if (pdu_.response == 0 && pdu_.segment_length >= kSenseLength) {
    Reader in{place_};
    const std::uint16_t size = ISBOOT_TRY(in.be16());
    result_.sense = ISBOOT_TRY(in.bytes(size < in.remaining() ? size : in.remaining()));
  }
  return done();
}

Result<ExchangeStep> FullFeature::on_text_response() {
  result_.data_size += pdu_.segment_length;
  const bool more = (pdu_.flags & kFinalBit) == 0 || (pdu_.flags & kTextContinueBit) != 0;
  if (!more) return done();
  if (pdu_.task_tag != task_tag_)
    return error(ExchangeErrc::WrongTaskTag, 16, "text of another task");
  // An answer that never grows would never end either.
  if (pdu_.segment_length == 0 || pdu_.transfer_tag == kNoTag)
    return error(ExchangeErrc::UnexpectedPdu, 20, "text goes on, but from nowhere");
  count_status();
  const RequestHeader header = encode_text_request(sequence(), pdu_.transfer_tag, 0);
  ++cmd_sn_;
  return send(header, {});
}

Result<ExchangeStep> FullFeature::on_nop_in() {
  // Linux ends the connection then (seen with 6.1).
  if (pdu_.segment_length != 0)
    return error(ExchangeErrc::UnexpectedPdu, 5, "ping with data, at which Linux hangs up");
  // Section 11.19: without a transfer tag it only tells where the target stands. Its
  // StatSN is the next one, not one of its own.
  if (pdu_.transfer_tag == kNoTag) return receive_header();
  Sequence answer = sequence();
  answer.task_tag = kNoTag;
  return send(encode_nop_out(answer, pdu_.lun, pdu_.transfer_tag), {});
}

Result<ExchangeStep> FullFeature::done() {
  if (pdu_.task_tag != task_tag_)
    return error(ExchangeErrc::WrongTaskTag, 16, "response to another request");
  if (waiting_ == Waiting::Command && received_ < result_.data_size)
    return error(ExchangeErrc::DataOutOfPlace, 40, "Data-In with a gap");
  count_status();
  waiting_ = Waiting::Nothing;
  return ExchangeStep{ExchangeStep::Kind::Done, {}, 0, {}};
}

}  // namespace isboot::iscsi
