#include "core/iscsi/status.h"

namespace isboot::iscsi {
namespace {

// clang-format off
constexpr StatusWords kWords[] = {
    {0x0000, RetryPolicy::Never, "success", "nothing"},
    {0x0101, RetryPolicy::Never, "target moved for now", "log in at the address that it named"},
    {0x0102, RetryPolicy::Never, "target moved for good", "put its new address into the firmware's settings"},
    {0x0200, RetryPolicy::Never, "the target blames this initiator", "look into the target's log"},
    {0x0201, RetryPolicy::Never, "authentication failed", "check the CHAP name and secret"},
    {0x0202, RetryPolicy::Never, "this initiator may not use the target", "allow this initiator's name and address at the target"},
    {0x0203, RetryPolicy::Soon,  "there is no such target", "check the target's name; it may still be starting"},
    {0x0204, RetryPolicy::Never, "the target was removed for good", "ask for the target's new name and address"},
    {0x0205, RetryPolicy::Never, "the target speaks another iSCSI version", "update the target"},
    {0x0206, RetryPolicy::Soon,  "too many connections", "end a session at the target, or raise its limit"},
    {0x0207, RetryPolicy::Never, "the target misses a parameter", "look into the target's log"},
    {0x0208, RetryPolicy::Never, "the connection cannot join that session", "look into the target's log"},
    {0x0209, RetryPolicy::Never, "the target does not do this type of session", "name the target instead of asking for a list"},
    {0x020a, RetryPolicy::Soon,  "the session does not exist", "try again: a new session is made"},
    {0x020b, RetryPolicy::Never, "the target saw a request that has no place in a login", "report this as a bug of isboot"},
    {0x0300, RetryPolicy::Soon,  "the target had an error of its own", "look into the target's log"},
    {0x0301, RetryPolicy::Soon,  "the target is not in service right now", "wait, or start it; LIO says so of a name that it does not know"},
    {0x0302, RetryPolicy::Soon,  "the target is out of resources", "end sessions at the target, or give it more memory"},
};
// clang-format on

constexpr StatusWords kUnknown{0xffff, RetryPolicy::Never, "a status that RFC 7143 does not define",
                               "look into the target's log"};

const StatusWords* find_words(std::uint16_t status) {
  for (const StatusWords& words : kWords)
    if (words.status == status) return &words;
  return nullptr;
}

}  // namespace

const StatusWords& words_of(std::uint8_t status_class, std::uint8_t status_detail) {
  const auto group = static_cast<std::uint16_t>(status_class << 8);
  const StatusWords* words = find_words(static_cast<std::uint16_t>(group | status_detail));
  // There is no status 0x0100: an unknown redirection has nowhere to go.
  if (words == nullptr) words = find_words(group);
  return words != nullptr ? *words : kUnknown;
}

InlineText<160> refusal_text(std::uint8_t status_class, std::uint8_t status_detail) {
  const StatusWords& words = words_of(status_class, status_detail);
  std::array<char, 160> buffer{};
  TextWriter out{buffer};
  out << words.meaning << " (0x";
  out.hex(status_class, 2).hex(status_detail, 2) << "): " << words.next_step;
  InlineText<160> text;
  (void)text.assign(out.text());  // both hold 160 bytes
  return text;
}

}  // namespace isboot::iscsi
