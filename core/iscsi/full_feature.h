// A minimal full-feature phase (RFC 7143) for `isboot check` and `isboot discover`: one
// request at a time, without I/O, in the style of login.h. Disks in use never go
// through here.
#pragma once

#include "core/iscsi/crc32c.h"
#include "core/iscsi/full_feature_pdu.h"
#include "core/iscsi/session_params.h"

namespace isboot::iscsi {

struct ExchangeStep {
  enum class Kind : std::uint8_t {
    Send,     // send `send`, then receive `wanted` bytes
    Receive,  // receive up to `wanted` more bytes
    Done,     // the request is answered: result()
    Failed,   // `error` says why; the connection is of no use any more
  };
  Kind kind = Kind::Failed;
  Bytes send;  // borrows from the FullFeature until its next call
  std::size_t wanted = 0;
  Error error;
};

// Values are above 200: those of TextErrc and PduErrc are in the same domain.
enum class ExchangeErrc : std::uint16_t {
  OutOfOrder = 201,  // our caller's mistake
  UnexpectedPdu,     // an opcode that has no place here, R2T for example
  Rejected,          // a Reject PDU
  TargetLeaves,      // an async message: the target ends the connection or the session
  WrongTaskTag,      // answers another request
  DigestMismatch,    // CRC32C of a header or of data
  DataOutOfPlace,    // Data-In with a gap, or more than was asked for
  ResponseTooLong,   // text or another PDU's data larger than its bound
};

struct ExchangeResult {
  // Not 0: the target could not carry the command out (section 11.4.3), and scsi_status says
  // nothing. The next one it may.
  std::uint8_t response = 0;
  std::uint8_t scsi_status = 0;  // 0 GOOD, 2 CHECK CONDITION, …
  std::size_t data_size = 0;     // bytes in the caller's buffer
  Bytes sense;                   // fixed or descriptor format; borrows from the FullFeature
};

class FullFeature {
public:
  // What the login agreed on. Holds about 1 KiB.
  explicit FullFeature(const SessionParams& params)
      : params_{params}, cmd_sn_{params.cmd_sn}, exp_stat_sn_{params.exp_stat_sn} {}

  // Sends one SCSI command and collects its data in `data`, which the caller keeps
  // until Done. An empty `data`: a command without data.
  ExchangeStep command(const Lun& lun, Bytes cdb, MutableBytes data);
  // Sends text and collects the target's in `answer`, however many PDUs it takes.
  ExchangeStep text(Text request, MutableBytes answer);
  // Closes the session.
  ExchangeStep logout();

  ExchangeStep on_bytes(Bytes received);

  const ExchangeResult& result() const { return result_; }  // after Done

private:
  enum class Waiting : std::uint8_t { Nothing, Command, Text, Logout };
  enum class Part : std::uint8_t { Header, Segment, Digest };

  ExchangeStep finish(Result<ExchangeStep> step);
  void begin(Waiting waiting, MutableBytes data);
  ExchangeStep send(const RequestHeader& header, Bytes segment);
  ExchangeStep receive(Part part, std::size_t wanted);
  ExchangeStep receive_header();
  Sequence sequence() const { return {task_tag_, cmd_sn_, exp_stat_sn_}; }

  Result<ExchangeStep> take(Bytes received);
  Result<ExchangeStep> on_header();
  Result<MutableBytes> place_of_segment();
  Result<ExchangeStep> on_pdu();
  Result<ExchangeStep> on_data_in();
  Result<ExchangeStep> on_scsi_response();
  Result<ExchangeStep> on_text_response();
  Result<ExchangeStep> on_nop_in();
  // As the kernel: whatever StatSN comes, the next one is awaited.
  void count_status() { exp_stat_sn_ = pdu_.stat_sn + 1; }
  Result<ExchangeStep> done();

  SessionParams params_;
  std::uint32_t cmd_sn_;
  std::uint32_t exp_stat_sn_;
  std::uint32_t task_tag_ = 0;
  Waiting waiting_ = Waiting::Nothing;
  ExchangeResult result_;
  MutableBytes data_;
  std::size_t received_ = 0;   // bytes of Data-In, in whatever order
  std::uint32_t data_sn_ = 0;  // of the next Data-In

  Part part_ = Part::Header;
  std::size_t wanted_ = 0;
  TargetPdu pdu_;
  std::size_t filled_ = 0;  // bytes of the part so far
  std::uint8_t async_event_ = 0;
  MutableBytes place_;  // where the segment's bytes go, without padding
  Crc32c data_digest_;
  std::array<std::uint8_t, kHeaderSize + 4> header_{};
  std::array<std::uint8_t, kMaxSense> scratch_{};
  std::array<std::uint8_t, kHeaderSize + 4 + kMaxTextRequest + 4> out_{};
};

}  // namespace isboot::iscsi

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<iscsi::ExchangeErrc> = 4;
}  // namespace isboot
