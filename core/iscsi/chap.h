// CHAP as iSCSI uses it (RFC 1994, RFC 7143 section 12.1.3): the target challenges
// us, and in mutual CHAP we challenge it. Secrets are borrowed and never copied.
#pragma once

#include <optional>

#include "core/base/secret.h"
#include "core/base/text.h"
#include "core/iscsi/text_keys.h"
#include "core/ports/entropy.h"
#include "core/ports/hash.h"

namespace isboot::iscsi {

// CHAP credentials. An empty secret: that direction is not used.
struct Credentials {
  InlineText<255> name;  // ours
  Secret secret;
  InlineText<255> reverse_name;  // the target's; empty: any name is accepted
  Secret reverse_secret;

  bool one_way() const { return !secret.empty(); }
  bool mutual() const { return !reverse_secret.empty(); }
};

// A set of CHAP algorithms, to restrict what is offered.
class AlgorithmSet {
public:
  static constexpr AlgorithmSet all() {
    return AlgorithmSet{}
        .with(HashAlgorithm::Md5)
        .with(HashAlgorithm::Sha1)
        .with(HashAlgorithm::Sha256)
        .with(HashAlgorithm::Sha3_256);
  }
  constexpr AlgorithmSet with(HashAlgorithm algorithm) const {
    AlgorithmSet set = *this;
    set.bits_ |= bit(algorithm);
    return set;
  }
  constexpr bool has(HashAlgorithm algorithm) const { return (bits_ & bit(algorithm)) != 0; }

private:
  static constexpr std::uint32_t bit(HashAlgorithm algorithm) {
    return std::uint32_t{1} << static_cast<unsigned>(algorithm);
  }
  std::uint32_t bits_ = 0;
};

// "sha3-256", "sha256", "sha1", "md5"; empty for a number that is none of theirs.
Text name_of(HashAlgorithm algorithm);
// Names with commas between them. Errc::BadValue with the offset of what is no name.
Result<AlgorithmSet> parse_algorithms(Text names);

enum class ChapErrc : std::uint16_t {
  NoAlgorithm = 1,       // none of the allowed ones is there on this platform
  AlgorithmNotOffered,   // CHAP_A is none of ours
  AlgorithmRejected,     // the target knows none of what we offered
  MissingKey,            // an answer without one of its keys
  BadIdentifier,         // CHAP_I is no number below 256
  BadChallenge,          // CHAP_C is empty, too long, or not binary
  ReflectedChallenge,    // the target's challenge is ours
  RepeatedChallenge,     // the target challenges again after our answer
  BadResponse,           // CHAP_R is not binary, or of another length than the hash
  WrongResponse,         // the target does not know the reverse secret
  WrongName,             // the target has another name than the reverse name
  TargetNotProved,       // mutual CHAP, and the target proved nothing
  SameSecret,            // one secret both ways: a challenge could be reflected
  ReverseWithoutSecret,  // mutual CHAP needs our own secret too
};

// What a text of the target says about security; views of that text.
struct SecurityKeys {
  std::optional<Text> method;      // AuthMethod
  std::optional<Text> algorithm;   // CHAP_A
  std::optional<Text> identifier;  // CHAP_I
  std::optional<Text> challenge;   // CHAP_C
  std::optional<Text> name;        // CHAP_N
  std::optional<Text> response;    // CHAP_R

  // The place of a key, or null: not a security key.
  std::optional<Text>* find(Text key);
  bool has_chap() const { return algorithm || identifier || challenge || name || response; }
};

bool equal_in_constant_time(Bytes a, Bytes b);

// Our side of one authentication. Borrows all that it is given.
class Chap {
public:
  Chap(const Credentials& credentials, AlgorithmSet allowed, Hash& hash, Entropy& entropy)
      : credentials_{credentials}, allowed_{allowed}, hash_{hash}, entropy_{entropy} {}

  // Whether the credentials can be used at all, before anything is sent.
  Result<Done> judge_credentials();
  // CHAP_A, strongest first.
  void write_algorithms(TextKeyWriter& out);
  // CHAP_A, CHAP_I, CHAP_C of the target in; CHAP_N, CHAP_R out, and for mutual CHAP
  // a challenge of ours.
  Result<Done> answer(const SecurityKeys& keys, TextKeyWriter& out);
  // CHAP_N, CHAP_R of the target, when it must prove itself.
  Result<Done> verify(const SecurityKeys& keys);

  // Whether MD5 is not the only algorithm on offer, but one of them.
  bool can_fall_back_to_md5();
  // The number of the algorithm that was used; 0 before answer() was.
  std::uint8_t used() const {
    return digest_size_ == 0 ? 0 : static_cast<std::uint8_t>(algorithm_);
  }

private:
  static constexpr std::size_t kLongestDigest = 32;

  bool usable(HashAlgorithm algorithm) {
    return allowed_.has(algorithm) && hash_.size(algorithm) != 0;
  }
  Result<HashAlgorithm> chosen(Text algorithm);
  bool is_chosen(Text algorithm) const;
  Result<Done> respond(std::uint8_t identifier, const Secret& secret, Bytes challenge,
                       MutableBytes out);
  Result<Done> challenge_target(Bytes their_challenge, TextKeyWriter& out);

  const Credentials& credentials_;
  AlgorithmSet allowed_;
  Hash& hash_;
  Entropy& entropy_;
  HashAlgorithm algorithm_ = HashAlgorithm::Md5;
  std::size_t digest_size_ = 0;
  std::uint8_t identifier_ = 0;                               // of our challenge
  std::array<std::uint8_t, kLongestDigest> our_challenge_{};  // digest_size_ bytes
};

}  // namespace isboot::iscsi

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<iscsi::ChapErrc> = 5;
}  // namespace isboot
