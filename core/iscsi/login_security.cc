// The security stage of a login (RFC 7143 sections 6.3.2 and 12.1): which method, and
// the three texts of CHAP.
#include "core/iscsi/login.h"

namespace isboot::iscsi {
namespace {

bool key_is_method(Text name) { return equal_ignoring_case(name, "AuthMethod"); }

}  // namespace

Error Login::unexpected_security() const {
  return Error{LoginErrc::UnexpectedSecurity, security_at_, "security key that nothing asked for"};
}

Result<Done> Login::read_security(const TextKey& key) {
  if (key_is_method(key.name) && state_ != LoginState::MethodOffered) return method_again(key);
  if (stage_ != Stage::Security)
    return Error{TextErrc::WrongStage, key.offset, "security key after the security stage"};
  std::optional<Text>& place = *security_.find(key.name);
  if (place && *place != key.value)
    return Error{TextErrc::RepeatedKey, key.offset, "key sent twice, with two values"};
  place = key.value;
  security_at_ = key.offset;
  return Done{};
}

// What the target's choice means, when it is one that we offered. Where we have no secret there is
// nothing but None to choose: a list that has it, and a target that does not know the key, are
// understood. Where we have one, the choice must be plain.
std::optional<Login::Method> Login::method_of(Text value) const {
  const Credentials& credentials = config_.credentials;
  const Text word = without_blanks(value);
  const bool chap = credentials.one_way() && equal_ignoring_case(word, "CHAP");
  const bool none = !credentials.mutual() && equal_ignoring_case(word, "None");
  if (chap || none) {
    if (word.size() != value.size()) return Method{chap, Tolerance::Blanks};
    if (word != (chap ? Text{"CHAP"} : Text{"None"})) return Method{chap, Tolerance::OtherCase};
    return Method{chap, {}};
  }
  if (credentials.one_way() || credentials.mutual()) return std::nullopt;
  if (equal_ignoring_case(word, "NotUnderstood") || equal_ignoring_case(word, "Irrelevant"))
    return Method{false, Tolerance::NoMethod};
  for (Text rest = value; !rest.empty();) {
    const std::size_t comma = position_of(rest, ',');
    if (equal_ignoring_case(without_blanks(part_of(rest, 0, comma)), "None"))
      return Method{false, Tolerance::ListAnswered};
    rest = comma == Text::npos ? Text{} : part_of(rest, comma + 1);
  }
  return std::nullopt;
}

// Some targets name the method in every response: it is the one that holds, or the login ends.
Result<Done> Login::method_again(const TextKey& key) {
  const auto method = method_of(key.value);
  if (!method || method->proves != proves_)
    return Error{LoginErrc::UnexpectedSecurity, key.offset, "another AuthMethod than before"};
  if (stage_ != Stage::Security) notes_.add(Tolerance::LateMethod, key.name, key.value, key.value);
  return Done{};
}

// `out` may hold answers already; what is written goes behind them.
Result<LoginStep> Login::on_method(TextKeyWriter& out) {
  const Credentials& credentials = config_.credentials;
  if (security_.has_chap()) return unexpected_security();
  if (!security_.method) {
    // No answer yet: it may come with the next response, as long as rounds last. Some targets
    // leave it out where None was offered, and go on when they are asked to.
    if (!response_.transit) return request(LoginState::MethodOffered, !credentials.mutual());
    if (!credentials.mutual()) return after_security();
    return Error{LoginErrc::MethodNotOffered, 0, "target chose no AuthMethod"};
  }
  if (equal_ignoring_case(without_blanks(*security_.method), "Reject"))
    return Error{LoginErrc::MethodRejected, 0, "target accepts no AuthMethod that we offer"};
  const auto method = method_of(*security_.method);
  if (!method)
    return Error{LoginErrc::MethodNotOffered, 0, "target chose an AuthMethod that was not offered"};
  proves_ = method->proves;
  if (method->breaks)
    notes_.add(*method->breaks, "AuthMethod", *security_.method, proves_ ? "CHAP" : "None");
  if (!proves_) return after_security();
  if (response_.transit)
    return Error{LoginErrc::TransitNotAsked, 1, "target set T before the proof"};
  chap_.write_algorithms(out);
  request_size_ = ISBOOT_TRY(out.finish()).size();
  return request(LoginState::AlgorithmsOffered, false);
}

Result<LoginStep> Login::on_challenge(TextKeyWriter& out) {
  if (security_.name || security_.response) return unexpected_security();
  ISBOOT_TRY(chap_.answer(security_, out));
  request_size_ = ISBOOT_TRY(out.finish()).size();
  return request(LoginState::ProofSent, true);
}

Result<LoginStep> Login::on_proof() {
  if (!config_.credentials.mutual() && (security_.name || security_.response))
    return unexpected_security();
  ISBOOT_TRY(chap_.verify(security_));
  return after_security();
}

}  // namespace isboot::iscsi
