// The stages of a login (RFC 7143 section 6.3): what a whole text of the target
// means in each state, and what is sent next.
#include "core/iscsi/login.h"

namespace isboot::iscsi {
namespace {

// A name at all, if with characters that no key's name has.
bool is_shown_name(Text name) { return !name.empty() && name.size() <= kMaxKeyName; }

// The next pair, whatever stands between; none at the end.
std::optional<TextKey> next_pair(TextKeyReader& reader) {
  for (;;) {
    const auto pair = reader.next();
    if (pair) return *pair;
    if (pair.error().code == TextErrc::TooManyKeys) return std::nullopt;
  }
}

}  // namespace

// `next` is the state in which the answer is awaited. Our text is in request_
// already, request_size_ bytes of it.
Result<LoginStep> Login::request(LoginState next, bool transit) {
  state_ = next;
  transit_ = transit;
  text_size_ = 0;
  request_sent_ = 0;
  return send_segment();
}

// Section 6.3.1: the first request names both ends and the type of session.
Result<LoginStep> Login::first_request() {
  ISBOOT_TRY(chap_.judge_credentials());
  TextKeyWriter out{MutableBytes{request_}.subspan(kHeaderSize)};
  out.add(rule(Key::InitiatorName).name, config_.initiator_name);
  if (is_discovery()) {
    out.add(rule(Key::SessionType).name, "Discovery");
  } else {
    out.add(rule(Key::SessionType).name, "Normal");
    out.add(rule(Key::TargetName).name, config_.target_name);
  }
  const Credentials& credentials = config_.credentials;
  if (config_.skips_security && !credentials.one_way()) return offer_parameters(out);
  // A target that must prove itself is not given the choice.
  out.add("AuthMethod", credentials.mutual()    ? Text{"CHAP"}
                        : credentials.one_way() ? Text{"CHAP,None"}
                                                : Text{"None"});
  request_size_ = ISBOOT_TRY(out.finish()).size();
  return request(LoginState::MethodOffered, !credentials.one_way());
}

Result<LoginStep> Login::on_text() {
  TextKeyWriter out{MutableBytes{request_}.subspan(kHeaderSize)};
  ISBOOT_TRY(read_keys(out));
  // A target that goes on has no ear for answers: what it asked stays as it was.
  if (response_.transit) out = TextKeyWriter{MutableBytes{request_}.subspan(kHeaderSize)};
  request_size_ = ISBOOT_TRY(out.finish()).size();
  switch (state_) {
    case LoginState::MethodOffered:
      return on_method(out);
    case LoginState::AlgorithmsOffered:
      return on_challenge(out);
    case LoginState::ProofSent:
      return on_proof();
    case LoginState::SecurityDone:
      if (security_.has_chap()) return unexpected_security();
      return after_security();
    case LoginState::Operational:
      return on_operational();
    default:
      return Error{LoginErrc::OutOfOrder, 0, "no response is awaited"};
  }
}

Result<Done> Login::read_keys(TextKeyWriter& answers) {
  security_ = {};
  TextKeyReader reader{Bytes{text_}.first(text_size_)};
  for (;;) {
    const auto next = reader.next();
    const TextKey& last = reader.last();
    if (!next && next.error().code == TextErrc::BadKeyName && is_shown_name(last.name)) {
      // No key that anybody waits for, and no name that could be said back.
      notes_.add(Tolerance::OddName, last.name, last.value, "nothing");
      continue;
    }
    if (!next) return next.error();
    if (!*next) break;
    if (reader.unterminated()) notes_.add(Tolerance::NoNul, last.name, last.value, "the pair");
    ISBOOT_TRY(read_key(**next, answers));
  }
  const Key tag = Key::TargetPortalGroupTag;
  if (config_.portal_group_tag && negotiation_.was_declared(tag) &&
      negotiation_.value(tag) != *config_.portal_group_tag)
    return Error{LoginErrc::WrongPortalGroup, 0, "address belongs to another portal group"};
  return Done{};
}

Result<Done> Login::read_key(const TextKey& key, TextKeyWriter& answers) {
  if (security_.find(key.name) != nullptr) return read_security(key);
  if (ISBOOT_TRY(read_own(key))) return Done{};
  const std::size_t before = answers.size();
  ISBOOT_TRY(negotiation_.receive(key, stage_ == Stage::Security, answers, notes_));
  if (response_.transit && answers.size() != before)
    notes_.add(Tolerance::UnansweredKey, key.name, key.value, "no answer");
  return Done{};
}

// Whether it is a key that says who we are, or asks what only an initiator asks. Some targets send
// back all that they hear, or that they do not know the key; one that means somebody else is
// refused.
Result<bool> Login::read_own(const TextKey& key) {
  Key found{};
  if (!find_key(key.name, found)) return false;
  const KeyRule& row = rule(found);
  if (row.sender != Sender::Initiator && found != Key::TargetName) return false;
  if (row.outside == Outside::LeftOut || (is_discovery() && found == Key::TargetName)) {
    notes_.add(Tolerance::NoOffer, key.name, key.value, "nothing");
    return true;
  }
  const Text value = without_blanks(key.value);
  const Text type = is_discovery() ? Text{"Discovery"} : Text{"Normal"};
  const Text ours = found == Key::InitiatorName ? config_.initiator_name.view()
                    : found == Key::TargetName  ? config_.target_name.view()
                                                : type;
  if (!value.empty() && !is_refusal(value) && !equal_ignoring_case(value, ours))
    return Error{TextErrc::WrongSender, key.offset, "key that a target must not send"};
  notes_.add(Tolerance::OurOwnName, key.name, key.value, "nothing");
  return true;
}

Result<LoginStep> Login::after_security() {
  if (!response_.transit) return request(LoginState::SecurityDone, true);
  if (response_.next_stage == Stage::FullFeature) {
    // Nothing is left to prove, and every key has its default.
    notes_.add(Tolerance::OperationalSkipped, "NSG", "3", "the defaults");
    return complete();
  }
  TextKeyWriter out{MutableBytes{request_}.subspan(kHeaderSize)};
  return offer_parameters(out);
}

Result<LoginStep> Login::offer_parameters(TextKeyWriter& out) {
  stage_ = Stage::Operational;
  negotiation_.write_offers(out);
  request_size_ = ISBOOT_TRY(out.finish()).size();
  return request(LoginState::Operational, true);
}

Result<LoginStep> Login::on_operational() {
  if (response_.transit) return complete();
  return request(LoginState::Operational, true);
}

Result<LoginStep> Login::complete() {
  // Linux has no use for it, and a later login with the same ISID and TSIH 0 replaces the session.
  if (response_.tsih == 0) note_number(Tolerance::NoSessionHandle, "TSIH", 0, 0);
  // Login requests are immediate, so the first command has the login's CmdSN (section 11.12.8),
  // whatever the target says here.
  if (response_.exp_cmd_sn != config_.cmd_sn)
    note_number(Tolerance::OtherCmdSn, "ExpCmdSN", response_.exp_cmd_sn, config_.cmd_sn);
  negotiation_.fill(params_);
  params_.tsih = response_.tsih;
  params_.chap_algorithm = chap_.used();
  params_.cmd_sn = config_.cmd_sn;
  params_.exp_stat_sn = stat_sn_ + 1;
  state_ = LoginState::Complete;
  return LoginStep{LoginStep::Kind::Complete, {}, 0, {}};
}

// Section 11.13.5.
Result<LoginStep> Login::refused() {
  if (response_.status_class == kStatusRedirect) {
    TextKeyReader reader{Bytes{text_}.first(text_size_)};
    while (const auto key = next_pair(reader)) {
      if (!equal_ignoring_case(key->name, rule(Key::TargetAddress).name)) continue;
      const auto address = parse_target_address(key->value);
      if (!address) continue;  // a target with several may name a usable one later
      redirect_ = Redirect{*address, response_.status_detail == 2};
      state_ = LoginState::Redirected;
      return LoginStep{LoginStep::Kind::Redirect, {}, 0, {}};
    }
    return Error{LoginErrc::BadRedirect, 36, "target redirects, but to no address"};
  }
  // tgt 1.0.85 takes SHA-256's number for its SHA-1, and LIO before Linux 3.15 (Synology)
  // knows no list (tests/targets/check_test.py, tests/iscsi/chap_test.cc).
  const bool misread = state_ == LoginState::ProofSent &&
                       chap_.used() == static_cast<std::uint8_t>(HashAlgorithm::Sha256);
  if ((misread || state_ == LoginState::AlgorithmsOffered) && chap_.can_fall_back_to_md5())
    chap_fallback_ = AlgorithmSet{}.with(HashAlgorithm::Md5);
  const StatusWords& words = words_of(response_.status_class, response_.status_detail);
  refusal_text_ = iscsi::refusal_text(response_.status_class, response_.status_detail);
  retry_ = words.retry;
  return Error{static_cast<RefusalErrc>(words.status), 36, words.meaning.data()};
}

}  // namespace isboot::iscsi
