// The security stage of a login (RFC 7143 sections 6.3.2 and 12.1): which method, and
// the three texts of CHAP.
#include "core/iscsi/login.h"

namespace isboot::iscsi {
namespace {

bool key_is_method(Text name) { return equal_ignoring_case(name, "AuthMethod"); }

bool list_has(Text list, Text word) {
  for (std::size_t at = 0;;) {
    const std::size_t length = position_of(part_of(list, at), ',');
    if (equal_ignoring_case(without_blanks(part_of(list, at, length)), word)) return true;
    if (length == Text::npos) return false;
    at += length + 1;
  }
}

}  // namespace

Error Login::unexpected_security() const {
  return Error{LoginErrc::UnexpectedSecurity, security_at_, "security key that nothing asked for"};
}

Result<Done> Login::read_security(const TextKey& key) {
  if (key_is_method(key.name) && state_ != LoginState::MethodOffered) return method_again(key);
  if (stage_ != Stage::Security)
    return Error{TextErrc::WrongStage, key.offset, "security key after the security stage"};
  std::optional<Text>& place = *security_.find(key.name);
  const Text value = plain_security(key);
  if (place && *place != value)
    return Error{TextErrc::RepeatedKey, key.offset, "key sent twice, with two values"};
  place = value;
  security_at_ = key.offset;
  return Done{};
}

// Without the blanks around it, which are no part of any value of CHAP but a name that was set so.
// method_of() has a word of its own for the method's.
Text Login::plain_security(const TextKey& key) {
  const Text plain = without_blanks(key.value);
  const bool is_set_so = equal_ignoring_case(key.name, "CHAP_N") &&
                         key.value == config_.credentials.reverse_name.view();
  if (plain.size() == key.value.size() || is_set_so || key_is_method(key.name)) return key.value;
  const bool is_proof =
      equal_ignoring_case(key.name, "CHAP_C") || equal_ignoring_case(key.name, "CHAP_R");
  notes_.add(Tolerance::Blanks, key.name, key.value, is_proof ? Text{"(not shown)"} : plain);
  return plain;
}

// What a target says of itself that nobody has asked for proves nothing, and spoils nothing.
void Login::leave_out(Text key, std::optional<Text>& value) {
  if (!value) return;
  notes_.add(Tolerance::NoOffer, key, *value, "nothing");
  value.reset();
}

// What the target's choice means, when it is one that we offered. Of a list it is CHAP where we
// have a secret, the stronger one. Where we have none there is nothing but None to choose: a target
// that does not know the key is understood too.
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
  if (credentials.one_way() && list_has(value, "CHAP"))
    return Method{true, Tolerance::ListAnswered};
  if (credentials.one_way() || credentials.mutual()) return std::nullopt;
  if (equal_ignoring_case(word, "NotUnderstood") || equal_ignoring_case(word, "Irrelevant"))
    return Method{false, Tolerance::NoMethod};
  if (list_has(value, "None")) return Method{false, Tolerance::ListAnswered};
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
  // It may choose before it was asked; it is asked all the same.
  if (security_.method && !security_.challenge) leave_out("CHAP_A", security_.algorithm);
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
  leave_out("CHAP_N", security_.name);
  // Of a target that has to prove itself, this is no proof of anything.
  if (security_.response && config_.credentials.mutual()) return unexpected_security();
  leave_out("CHAP_R", security_.response);
  ISBOOT_TRY(chap_.answer(security_, out));
  request_size_ = ISBOOT_TRY(out.finish()).size();
  return request(LoginState::ProofSent, true);
}

Result<LoginStep> Login::on_proof() {
  if (!config_.credentials.mutual()) {
    leave_out("CHAP_N", security_.name);
    leave_out("CHAP_R", security_.response);
  }
  ISBOOT_TRY(chap_.verify(security_));
  return after_security();
}

}  // namespace isboot::iscsi
