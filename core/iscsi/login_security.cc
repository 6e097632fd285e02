// The security stage of a login (RFC 7143 sections 6.3.2 and 12.1): which method, and
// the three texts of CHAP.
#include "core/iscsi/login.h"

namespace isboot::iscsi {

Error Login::unexpected_security() const {
  return Error{LoginErrc::UnexpectedSecurity, 0, "security key that nothing asked for"};
}

// `out` may hold answers already; what is written goes behind them.
Result<LoginStep> Login::on_method(TextKeyWriter& out) {
  const Credentials& credentials = config_.credentials;
  if (security_.has_chap()) return unexpected_security();
  if (!security_.method) {
    // No answer yet: it may come with the next response, as long as rounds last. Some
    // targets leave it out where None was the only offer.
    if (response_.transit) return after_security();
    return request(LoginState::MethodOffered, !credentials.one_way());
  }
  if (*security_.method == "Reject")
    return Error{LoginErrc::MethodRejected, 0, "target accepts no AuthMethod that we offer"};
  if (*security_.method == "None" && !credentials.mutual()) return after_security();
  if (*security_.method != "CHAP" || !credentials.one_way())
    return Error{LoginErrc::MethodNotOffered, 0, "target chose an AuthMethod that was not offered"};
  chap_.write_algorithms(out);
  request_size_ = ISBOOT_TRY(out.finish()).size();
  return request(LoginState::AlgorithmsOffered, false);
}

Result<LoginStep> Login::on_challenge(TextKeyWriter& out) {
  if (security_.method || security_.name || security_.response) return unexpected_security();
  ISBOOT_TRY(chap_.answer(security_, out));
  request_size_ = ISBOOT_TRY(out.finish()).size();
  return request(LoginState::ProofSent, true);
}

Result<LoginStep> Login::on_proof() {
  if (security_.method) return unexpected_security();
  if (!config_.credentials.mutual() && (security_.name || security_.response))
    return unexpected_security();
  ISBOOT_TRY(chap_.verify(security_));
  return after_security();
}

}  // namespace isboot::iscsi
