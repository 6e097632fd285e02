// The operational parameters of one login (RFC 7143 section 6.2): what we offer,
// what the target answers, what it offers itself and what we answer to that. All
// rules are in key_table.h; here is only how they are applied.
#pragma once

#include <optional>

#include "core/iscsi/key_table.h"
#include "core/iscsi/session_params.h"
#include "core/iscsi/text_keys.h"
#include "core/iscsi/tolerance.h"

namespace isboot::iscsi {

// Reject, Irrelevant, NotUnderstood (RFC 7143 section 6.2), in any case and with blanks around.
bool is_refusal(Text value);

class Negotiation {
public:
  // `header_digest`, `data_digest`: offer CRC32C before None, else None alone.
  Negotiation(bool discovery, bool header_digest, bool data_digest);

  // All keys that we offer and declare.
  void write_offers(TextKeyWriter& out);
  // One key of the target: an answer, a declaration, or an offer of its own, whose
  // answer goes to `answers`. What is wrong and does no harm goes to `notes`. Errors are
  // TextErrc, with the key's offset.
  Result<Done> receive(const TextKey& key, bool in_security_stage, TextKeyWriter& answers,
                       Notes& notes);

  bool was_declared(Key key) const { return settled(key); }
  // The result so far; for a declared key what the target declared.
  std::uint32_t value(Key key) const { return values_[index(key)]; }
  // All results. A key that was refused, or never answered, has its default: the
  // target then runs without what the offer would have bought.
  void fill(SessionParams& params) const;

private:
  static std::size_t index(Key key) { return static_cast<std::size_t>(key); }
  bool settled(Key key) const { return (settled_ >> index(key) & 1) != 0; }
  bool offered(Key key) const { return (offered_ >> index(key) & 1) != 0; }
  void settle(Key key, std::uint32_t value);
  void note(Tolerance tolerance, Key key, const TextKey& pair, Notes& notes) const;

  std::uint32_t preference(Key key) const;
  bool is_of_no_use(const KeyRule& row) const { return discovery_ && !row.for_discovery; }
  Result<Done> receive_early(Key key, const TextKey& pair, Notes& notes);
  Result<Done> receive_again(Key key, const TextKey& pair, Notes& notes);
  Result<Done> receive_declaration(Key key, const TextKey& pair, Notes& notes);
  Result<Done> receive_answer(Key key, const TextKey& pair, Notes& notes);
  void receive_offer(Key key, const TextKey& pair, TextKeyWriter& answers, Notes& notes);
  void answer_list(Key key, const TextKey& pair, TextKeyWriter& answers);

  bool discovery_;
  bool header_digest_;
  bool data_digest_;
  std::array<std::uint32_t, kKeyCount> values_{};
  // What was said before its stage: no result may go beyond it. One bit a key in limited_.
  std::array<std::uint32_t, kKeyCount> limits_{};
  std::uint32_t limited_ = 0;
  std::uint32_t offered_ = 0;  // one bit a key
  std::uint32_t settled_ = 0;
};

}  // namespace isboot::iscsi
