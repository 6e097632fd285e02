#include "core/iscsi/chap.h"

#include "core/iscsi/binary_value.h"

namespace isboot::iscsi {
namespace {

constexpr HashAlgorithm kStrongestFirst[] = {HashAlgorithm::Sha3_256, HashAlgorithm::Sha256,
                                             HashAlgorithm::Sha1, HashAlgorithm::Md5};

Error error(ChapErrc code, const char* text) { return Error{code, 0, text}; }

}  // namespace

Text name_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::Md5:
      return "md5";
    case HashAlgorithm::Sha1:
      return "sha1";
    case HashAlgorithm::Sha256:
      return "sha256";
    case HashAlgorithm::Sha3_256:
      return "sha3-256";
  }
  return {};
}

Result<AlgorithmSet> parse_algorithms(Text names) {
  AlgorithmSet set;
  for (std::size_t at = 0;; ++at) {
    const std::size_t comma = position_of(part_of(names, at), ',');
    const Text name = part_of(names, at, comma);
    bool known = false;
    for (const HashAlgorithm algorithm : kStrongestFirst) {
      if (!equal_ignoring_case(name, name_of(algorithm))) continue;
      set = set.with(algorithm);
      known = true;
    }
    if (!known)
      return Error{Errc::BadValue, static_cast<std::uint32_t>(at),
                   "not one of sha3-256, sha256, sha1, md5"};
    if (comma == Text::npos) return set;
    at += comma;
  }
}

std::optional<Text>* SecurityKeys::find(Text key) {
  if (equal_ignoring_case(key, "AuthMethod")) return &method;
  if (equal_ignoring_case(key, "CHAP_A")) return &algorithm;
  if (equal_ignoring_case(key, "CHAP_I")) return &identifier;
  if (equal_ignoring_case(key, "CHAP_C")) return &challenge;
  if (equal_ignoring_case(key, "CHAP_N")) return &name;
  return equal_ignoring_case(key, "CHAP_R") ? &response : nullptr;
}

bool equal_in_constant_time(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

Result<Done> Chap::judge_credentials() {
  if (!credentials_.one_way()) {
    if (!credentials_.mutual()) return Done{};
    return error(ChapErrc::ReverseWithoutSecret, "reverse CHAP secret without a CHAP secret");
  }
  // RFC 7143 section 9.2.1: the two directions must not share a secret.
  if (equal_in_constant_time(credentials_.secret.reveal(), credentials_.reverse_secret.reveal()))
    return error(ChapErrc::SameSecret, "CHAP secret and reverse secret are the same");
  for (const HashAlgorithm algorithm : kStrongestFirst)
    if (usable(algorithm)) return Done{};
  return error(ChapErrc::NoAlgorithm, "none of the allowed CHAP algorithms is there");
}

void Chap::write_algorithms(TextKeyWriter& out) {
  std::array<char, 16> buffer{};
  TextWriter list{buffer};
  for (const HashAlgorithm algorithm : kStrongestFirst) {
    if (!usable(algorithm)) continue;
    if (!list.text().empty()) list << ',';
    list.decimal(static_cast<unsigned>(algorithm));
  }
  out.add("CHAP_A", list.text());
}

bool Chap::can_fall_back_to_md5() {
  bool more = false;
  for (const HashAlgorithm algorithm : kStrongestFirst)
    more = more || (algorithm != HashAlgorithm::Md5 && usable(algorithm));
  return more && usable(HashAlgorithm::Md5);
}

Result<HashAlgorithm> Chap::chosen(Text text) {
  if (equal_ignoring_case(text, "Reject"))
    return error(ChapErrc::AlgorithmRejected, "target has none of the offered CHAP algorithms");
  const auto number = parse_number(text, 255);
  if (number)
    for (const HashAlgorithm algorithm : kStrongestFirst)
      if (*number == static_cast<unsigned>(algorithm) && usable(algorithm)) return algorithm;
  return error(ChapErrc::AlgorithmNotOffered, "target chose a CHAP algorithm that we do not offer");
}

// Some say it again behind our answer.
bool Chap::is_chosen(Text text) const {
  const auto number = parse_number(text, 255);
  return number && *number == static_cast<unsigned>(algorithm_);
}

// RFC 1994 section 4.1: the hash of identifier, secret and challenge in a row.
Result<Done> Chap::respond(std::uint8_t identifier, const Secret& secret, Bytes challenge,
                           MutableBytes out) {
  const Bytes parts[] = {Bytes{&identifier, 1}, secret.reveal(), challenge};
  return hash_.digest(algorithm_, parts, out);
}

Result<Done> Chap::answer(const SecurityKeys& keys, TextKeyWriter& out) {
  // A target that has none of them says so and no more.
  if (keys.algorithm) algorithm_ = ISBOOT_TRY(chosen(*keys.algorithm));
  if (!keys.algorithm || !keys.identifier || !keys.challenge)
    return error(ChapErrc::MissingKey, "CHAP_A, CHAP_I or CHAP_C is missing");
  digest_size_ = hash_.size(algorithm_);
  if (digest_size_ > kLongestDigest) return error(ChapErrc::NoAlgorithm, "digest is too long");
  const auto identifier = parse_number(*keys.identifier, 255);
  if (!identifier) return error(ChapErrc::BadIdentifier, "CHAP_I is no number below 256");
  std::array<std::uint8_t, kMaxBinary> buffer{};
  const auto challenge = decode_binary(*keys.challenge, buffer);
  if (!challenge)
    return error(ChapErrc::BadChallenge, "CHAP_C is no binary value of up to 1024 bytes");

  std::array<std::uint8_t, kLongestDigest> response{};
  const MutableBytes digest = MutableBytes{response}.first(digest_size_);
  ISBOOT_TRY(
      respond(static_cast<std::uint8_t>(*identifier), credentials_.secret, *challenge, digest));
  out.add("CHAP_N", credentials_.name).add_binary("CHAP_R", digest);
  return credentials_.mutual() ? challenge_target(*challenge, out) : Done{};
}

Result<Done> Chap::challenge_target(Bytes their_challenge, TextKeyWriter& out) {
  const MutableBytes challenge = MutableBytes{our_challenge_}.first(digest_size_);
  ISBOOT_TRY(entropy_.fill(MutableBytes{&identifier_, 1}));
  ISBOOT_TRY(entropy_.fill(challenge));
  // Section 12.1.3: a challenge that is ours is an attempt to have us answer it.
  if (equal_in_constant_time(challenge, their_challenge))
    return error(ChapErrc::ReflectedChallenge, "target's CHAP challenge is our own");
  out.add("CHAP_I", std::uint64_t{identifier_}).add_binary("CHAP_C", challenge);
  return Done{};
}

Result<Done> Chap::verify(const SecurityKeys& keys) {
  if (keys.challenge || keys.identifier || (keys.algorithm && !is_chosen(*keys.algorithm)))
    return error(ChapErrc::RepeatedChallenge, "target challenges again after our answer");
  if (!credentials_.mutual()) return Done{};
  if (!keys.response || !keys.name)
    return error(ChapErrc::TargetNotProved,
                 "target did not prove that it knows the reverse secret");
  const Text wanted = credentials_.reverse_name;
  if (!wanted.empty() && wanted != *keys.name)
    return error(ChapErrc::WrongName, "target's CHAP name is not the reverse name");
  std::array<std::uint8_t, kLongestDigest> buffer{};
  const auto response = decode_binary(*keys.response, buffer);
  if (!response || response->size() != digest_size_)
    return error(ChapErrc::BadResponse, "CHAP_R has another length than the hash");
  std::array<std::uint8_t, kLongestDigest> expected{};
  const MutableBytes digest = MutableBytes{expected}.first(digest_size_);
  ISBOOT_TRY(respond(identifier_, credentials_.reverse_secret,
                     Bytes{our_challenge_}.first(digest_size_), digest));
  const bool right = equal_in_constant_time(*response, digest);
  wipe(expected);
  if (!right) return error(ChapErrc::WrongResponse, "target does not know the reverse secret");
  return Done{};
}

}  // namespace isboot::iscsi
