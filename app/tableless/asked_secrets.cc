#include "app/tableless/asked_secrets.h"

#include "platform/linux/system/secret_pages.h"

namespace isboot::app {
namespace {

using linux_platform::Echo;
using linux_platform::SecretPages;

constexpr std::size_t kLongest = 255;  // of a CHAP name or secret (RFC 7143, 12.1.3)

// What was typed, in pages that are wiped.
Result<SecretPages> answer_to(const Ask& ask, const std::string& question, Echo echo) {
  SecretPages pages = ISBOOT_TRY(SecretPages::allocate(kLongest));
  pages.resize(kLongest);
  pages.resize(ISBOOT_TRY(ask(question, echo, pages.memory())));
  return pages;
}

Result<Done> ask_for_secret(const Ask& ask, const std::string& whose, Secret& secret) {
  const SecretPages typed = ISBOOT_TRY(answer_to(ask, "CHAP secret of " + whose, Echo::Hidden));
  if (typed.bytes().empty()) return Error{Errc::BadValue, 0, "no CHAP secret was typed in"};
  return secret.assign(typed.bytes());
}

}  // namespace

Result<Done> ask_for_secrets(const Ask& ask, iscsi::Credentials& credentials, Log& log) {
  const bool target_is_known = credentials.reverse_name.empty() || credentials.mutual();
  if (!credentials.name.empty() && credentials.one_way() && target_is_known) return Done{};
  log.write(LogLevel::Info, "waiting for the CHAP secret to be typed in");
  if (credentials.name.empty()) {
    const SecretPages typed = ISBOOT_TRY(answer_to(ask, "CHAP name of this machine", Echo::Shown));
    ISBOOT_TRY(credentials.name.assign(as_text(typed.bytes())));
    if (credentials.name.empty()) return Done{};
  }
  if (!credentials.one_way())
    ISBOOT_TRY(ask_for_secret(ask, std::string{credentials.name.view()}, credentials.secret));
  if (!credentials.reverse_name.empty() && !credentials.mutual())
    ISBOOT_TRY(ask_for_secret(ask, "the target " + std::string{credentials.reverse_name.view()},
                              credentials.reverse_secret));
  return Done{};
}

}  // namespace isboot::app
