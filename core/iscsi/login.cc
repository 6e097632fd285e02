// Bytes to responses: collects a header and its segment, and judges the header
// against the login so far. What the text means is login_stages.cc's.
#include "core/iscsi/login.h"

#include <cstring>

namespace isboot::iscsi {
namespace {

// One login has one request outstanding at a time, so one tag does.
constexpr std::uint32_t kTaskTag = 0;

}  // namespace

Login::Login(const LoginConfig& config, Hash& hash, Entropy& entropy)
    : config_{config},
      negotiation_{config.target_name.empty(), config.header_digest, config.data_digest},
      chap_{config.credentials, config.chap_algorithms, hash, entropy} {}

LoginStep Login::start() {
  if (state_ != LoginState::Idle) return finish(Error{LoginErrc::OutOfOrder, 0, "started twice"});
  return finish(first_request());
}

LoginStep Login::on_bytes(Bytes received) {
  if (received.empty() || received.size() > wanted_)
    return finish(Error{LoginErrc::OutOfOrder, 0, "bytes that were not asked for"});
  return finish(take(received));
}

// The one place where a login ends with an error.
LoginStep Login::finish(Result<LoginStep> step) {
  if (step) return *step;
  state_ = LoginState::Failed;
  wanted_ = 0;
  fault_ = fault_text(step.error(), stage_, header_, Bytes{text_}.first(text_size_));
  LoginStep failed;
  failed.error = step.error();
  return failed;
}

Result<LoginStep> Login::take(Bytes received) {
  const bool in_header = header_size_ < kHeaderSize;
  std::uint8_t* to = in_header ? &header_[header_size_] : &text_[filled_];
  std::memcpy(to, received.data(), received.size());
  (in_header ? header_size_ : filled_) += received.size();
  wanted_ -= received.size();
  if (wanted_ != 0) return LoginStep{LoginStep::Kind::Receive, {}, wanted_, {}};
  return in_header ? on_header() : on_response();
}

Result<LoginStep> Login::on_header() {
  response_ = ISBOOT_TRY(decode_login_response(header_));
  ISBOOT_TRY(judge(response_));
  if (++rounds_ > kMaxRounds) return Error{LoginErrc::TooManyRounds, 0, "login never ends"};
  if (text_size_ + response_.segment_length > kMaxText)
    return Error{TextErrc::TextTooLong, 5, "target's text is longer than 16384 bytes"};
  filled_ = text_size_;
  wanted_ = padded(response_.segment_length);
  if (wanted_ == 0) return on_response();
  return LoginStep{LoginStep::Kind::Receive, {}, wanted_, {}};
}

void Login::note_number(Tolerance tolerance, Text field, std::uint32_t value, std::uint32_t taken) {
  std::array<char, 10> digits{};
  TextWriter number{digits};
  number.decimal(value);
  notes_.add(tolerance, field, number.text(), taken);
}

// Offsets are the header's bytes (RFC 7143 section 11.13).
Result<Done> Login::judge(const LoginResponse& response) {
  if (response.task_tag != kTaskTag)
    return Error{LoginErrc::WrongTaskTag, 16, "response to another request"};
  // The rest means something only in a success (sections 11.13.5, 11.13.4).
  if (response.status_class != kStatusSuccess) return Done{};
  if (stat_sn_known_ && response.stat_sn != stat_sn_ + 1)
    note_number(Tolerance::StatSnJumps, "StatSN", response.stat_sn, response.stat_sn);
  if (response.stage != stage_)
    return Error{LoginErrc::WrongStage, 1, "CSG is not the stage of the request"};
  if (!response.transit || transit_) {
    if (!response.transit || request_sent_ == request_size_) return Done{};
    return Error{LoginErrc::TransitNotAsked, 1, "target set T in the middle of our text"};
  }
  if (request_sent_ < request_size_ || state_ == LoginState::AlgorithmsOffered)
    return Error{LoginErrc::TransitNotAsked, 1, "target set T without being asked"};
  note_number(Tolerance::TransitNotAsked, "T", 1, 1);
  return Done{};
}

Result<LoginStep> Login::on_response() {
  header_size_ = 0;
  text_size_ += response_.segment_length;
  if (response_.status_class != kStatusSuccess) return refused();
  stat_sn_ = response_.stat_sn;
  stat_sn_known_ = true;
  if (request_sent_ < request_size_) {
    // Section 6.2: while one side's text goes on, the other sends empty segments.
    if (response_.segment_length != 0 || response_.continues)
      return Error{LoginErrc::TextInTheMiddle, 5, "text in answer to an unfinished text"};
    return send_segment();
  }
  if (response_.continues) {
    request_size_ = request_sent_ = 0;
    transit_ = false;
    return send_segment();
  }
  return on_text();
}

// The next segment of our text, empty when there is none.
LoginStep Login::send_segment() {
  const std::size_t rest = request_size_ - request_sent_;
  // A multiple of four, so that only the last segment has padding.
  const std::size_t most =
      config_.request_segment < 4 ? 4 : config_.request_segment & ~std::size_t{3};
  const std::size_t length = rest < most ? rest : most;
  LoginRequest header;
  header.continues = length < rest;
  header.transit = transit_ && !header.continues;
  header.stage = stage_;
  header.next_stage = stage_ == Stage::Security ? Stage::Operational : Stage::FullFeature;
  header.isid = config_.isid;
  header.task_tag = kTaskTag;
  header.cmd_sn = config_.cmd_sn;
  header.exp_stat_sn = stat_sn_known_ ? stat_sn_ + 1 : 0;
  header.segment_length = static_cast<std::uint32_t>(length);
  const MutableBytes pdu = MutableBytes{request_}.subspan(request_sent_);
  (void)encode(header, pdu);  // the room is there by construction
  for (std::size_t i = length; i < padded(length); ++i) pdu[kHeaderSize + i] = 0;
  request_sent_ += length;
  wanted_ = kHeaderSize;
  return LoginStep{LoginStep::Kind::Send, pdu.first(kHeaderSize + padded(length)), wanted_, {}};
}

}  // namespace isboot::iscsi
