// The login phase of RFC 7143 as a state machine without I/O: bytes in, one step
// out. It never asks for a byte beyond the last login response, so that what the
// target sends afterwards stays in the stream for the kernel's initiator.
//
// Who does what: login.cc takes bytes and judges headers against the login so far,
// login_stages.cc moves through the stages, chap.h proves identities,
// negotiation.h agrees on parameters. docs/login.md shows the states as a picture.
#pragma once

#include <optional>

#include "core/iscsi/chap.h"
#include "core/iscsi/isid.h"
#include "core/iscsi/login_fault.h"
#include "core/iscsi/login_pdu.h"
#include "core/iscsi/negotiation.h"
#include "core/iscsi/redirect.h"
#include "core/iscsi/session_params.h"
#include "core/iscsi/status.h"
#include "core/ports/entropy.h"
#include "core/ports/hash.h"

namespace isboot::iscsi {

struct LoginConfig {
  IscsiName initiator_name;
  IscsiName target_name;  // empty in a discovery session
  Isid isid;
  std::uint32_t cmd_sn = 1;    // of the login; the first command has the same
  bool header_digest = false;  // offer CRC32C,None instead of None
  bool data_digest = false;
  Credentials credentials;
  AlgorithmSet chap_algorithms = AlgorithmSet::all();  // that may be offered
  // Begins with the operational stage: for targets that know no other start (docs/quirks.md). Not
  // heard where there is a secret, since nothing would be proved.
  bool skips_security = false;
  // The portal group that the address is known to belong to (from SendTargets, or
  // from the login before a reconnect); any when not set.
  std::optional<std::uint16_t> portal_group_tag;
  // Longest data segment of a request, at most kLoginSegment, at least 4; more text
  // than that goes in several, with the C bit.
  std::size_t request_segment = kLoginSegment;
};

// What to do next. `send` borrows from the Login until its next call.
struct LoginStep {
  enum class Kind : std::uint8_t {
    Send,      // send `send`, then receive `wanted` bytes
    Receive,   // receive up to `wanted` more bytes, no more
    Complete,  // logged in; params() holds what was agreed
    Redirect,  // log in at redirect() instead (a new connection, a new Login)
    Failed,    // `error` says why
  };
  Kind kind = Kind::Failed;
  Bytes send;
  std::size_t wanted = 0;
  Error error;
};

enum class LoginState : std::uint8_t {
  Idle,               // nothing was sent
  MethodOffered,      // security stage: AuthMethod was sent
  AlgorithmsOffered,  // security stage: CHAP_A was sent
  ProofSent,          // security stage: CHAP_N and CHAP_R were sent
  SecurityDone,       // security stage: nothing left to prove, asked to go on
  Operational,        // operational stage: parameters were sent
  Complete,
  Redirected,
  Failed,
};

// What a target may do wrong in a login, beyond the form of its PDUs and texts
// (PduErrc, TextErrc) and its refusals (RefusalErrc). Values are below 0x200: those of
// RefusalErrc are in the same domain.
enum class LoginErrc : std::uint16_t {
  OutOfOrder = 1,      // our caller's mistake: no bytes are expected now
  WrongTaskTag,        // answers another request
  WrongStage,          // CSG is not the stage that we are in
  TransitNotAsked,     // T while our text goes on, or a proof is still wanted
  TooManyRounds,       // the login never ends
  TextInTheMiddle,     // text in answer to a text of ours that goes on
  WrongPortalGroup,    // another TargetPortalGroupTag than the address should have
  MethodNotOffered,    // AuthMethod is none that we offered
  MethodRejected,      // the target accepts no AuthMethod that we offered
  UnexpectedSecurity,  // a security key that nothing asked for
  BadRedirect,         // redirected, but to no address
};

class Login {
public:
  // Borrows all three for as long as it lives. Holds about 25 KiB.
  Login(const LoginConfig& config, Hash& hash, Entropy& entropy);

  LoginStep start();
  // Any cut: one byte, or all that was wanted.
  LoginStep on_bytes(Bytes received);

  LoginState state() const { return state_; }
  Stage stage() const { return stage_; }
  const SessionParams& params() const { return params_; }  // after Complete
  const Redirect& redirect() const { return redirect_; }   // after Redirect
  // After a refusal (RefusalErrc), e.g. "authentication failed (0x0201): check the
  // CHAP name and secret"; else empty.
  Text refusal_text() const { return refusal_text_; }
  // After a failure: the key or field, its value and the stage, e.g. "MaxBurstLength=abc in the
  // operational stage".
  Text fault() const { return fault_; }
  // What the target did that was made safe, so far.
  std::span<const Note> notes() const { return notes_.view(); }
  // After a failure: whether the same login can succeed later.
  RetryPolicy retry_policy() const { return retry_; }

  // After a refusal that a target gives because it misreads our list of CHAP algorithms
  // (docs/quirks.md, "CHAP lists"): what to offer in a second login. Nobody loses by
  // it: whoever sits in between could have chosen MD5 from the list as well.
  const std::optional<AlgorithmSet>& chap_fallback() const { return chap_fallback_; }

private:
  LoginStep finish(Result<LoginStep> step);

  // login.cc
  Result<LoginStep> take(Bytes received);
  Result<LoginStep> on_header();
  Result<Done> judge(const LoginResponse& response);
  void note_number(Tolerance tolerance, Text field, std::uint32_t value, std::uint32_t taken);
  Result<LoginStep> on_response();
  LoginStep send_segment();

  // login_security.cc
  Result<LoginStep> on_method(TextKeyWriter& out);
  Result<LoginStep> on_challenge(TextKeyWriter& out);
  Result<LoginStep> on_proof();
  Error unexpected_security() const;
  Result<Done> read_security(const TextKey& key);
  Text plain_security(const TextKey& key);
  void leave_out(Text key, std::optional<Text>& value);
  Result<Done> method_again(const TextKey& key);
  struct Method {
    bool proves = false;
    std::optional<Tolerance> breaks{};
  };
  std::optional<Method> method_of(Text value) const;

  // login_stages.cc
  Result<LoginStep> request(LoginState next, bool transit);
  Result<LoginStep> first_request();
  Result<LoginStep> on_text();
  Result<Done> read_keys(TextKeyWriter& answers);
  Result<Done> read_key(const TextKey& key, TextKeyWriter& answers);
  Result<bool> read_own(const TextKey& key);
  Result<LoginStep> after_security();
  Result<LoginStep> offer_parameters(TextKeyWriter& out);
  Result<LoginStep> on_operational();
  Result<LoginStep> complete();
  Result<LoginStep> refused();
  bool is_discovery() const { return config_.target_name.empty(); }

  const LoginConfig& config_;
  LoginState state_ = LoginState::Idle;
  Negotiation negotiation_;

  Stage stage_ = Stage::Security;
  bool transit_ = false;  // our text ends with T
  unsigned rounds_ = 0;
  std::uint32_t stat_sn_ = 0;  // the last one
  bool stat_sn_known_ = false;

  LoginResponse response_;
  std::size_t wanted_ = 0;  // bytes still missing of header or segment
  std::size_t header_size_ = 0;
  std::size_t text_size_ = 0;     // of the whole text so far, without padding
  std::size_t filled_ = 0;        // of text_, with the segment that is arriving
  std::size_t request_size_ = 0;  // of our text
  std::size_t request_sent_ = 0;

  Notes notes_;
  Chap chap_;
  bool proves_ = false;            // CHAP was chosen
  SecurityKeys security_;          // of the last text, which is in text_
  std::uint32_t security_at_ = 0;  // the offset of the last one
  SessionParams params_;
  Redirect redirect_;
  InlineText<160> refusal_text_;
  FaultText fault_;
  std::optional<AlgorithmSet> chap_fallback_;
  RetryPolicy retry_ = RetryPolicy::Never;

  std::array<std::uint8_t, kHeaderSize> header_{};
  std::array<std::uint8_t, kMaxText + kLoginSegment> text_{};
  // A header's room, then our text. The header of a later segment overwrites text
  // that was sent before.
  std::array<std::uint8_t, kHeaderSize + kLoginSegment> request_{};
};

}  // namespace isboot::iscsi

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<iscsi::LoginErrc> = 3;
}  // namespace isboot
