#include "core/iscsi/negotiation.h"

#include "core/iscsi/key_value.h"

namespace isboot::iscsi {
namespace {

static_assert(kKeyCount <= 32, "Negotiation keeps one bit a key");

}  // namespace

bool is_refusal(Text value) {
  const Text word = without_blanks(value);
  return equal_ignoring_case(word, "Reject") || equal_ignoring_case(word, "Irrelevant") ||
         equal_ignoring_case(word, "NotUnderstood");
}

Negotiation::Negotiation(bool discovery, bool header_digest, bool data_digest)
    : discovery_{discovery}, header_digest_{header_digest}, data_digest_{data_digest} {
  for (std::size_t i = 0; i < kKeyCount; ++i) values_[i] = rule(static_cast<Key>(i)).initial;
}

void Negotiation::settle(Key key, std::uint32_t value) {
  const std::size_t at = index(key);
  const bool limited = (limited_ >> at & 1) != 0;
  values_[at] = limited ? combine(rule(key).type, value, limits_[at]) : value;
  settled_ |= std::uint32_t{1} << at;
}

void Negotiation::note(Tolerance tolerance, Key key, const TextKey& pair, Notes& notes) const {
  const KeyType type = rule(key).type;
  if (type == KeyType::Digest || type == KeyType::And || type == KeyType::Or)
    notes.add(tolerance, pair.name, pair.value, word_of(type, value(key)));
  else
    notes.add(tolerance, pair.name, pair.value, value(key));
}

std::uint32_t Negotiation::preference(Key key) const {
  if (key == Key::HeaderDigest) return header_digest_ ? 1 : 0;
  if (key == Key::DataDigest) return data_digest_ ? 1 : 0;
  return rule(key).offer;
}

void Negotiation::write_offers(TextKeyWriter& out) {
  for (std::size_t i = 0; i < kKeyCount; ++i) {
    const auto key = static_cast<Key>(i);
    const KeyRule& row = rule(key);
    // What the target offered first has its answer already.
    if (!row.offered || (!is_declared(row.type) && settled(key))) continue;
    if (discovery_ && !row.for_discovery) continue;
    offered_ |= std::uint32_t{1} << i;
    const std::uint32_t value = preference(key);
    if (row.type == KeyType::Digest)
      out.add(row.name, value != 0 ? Text{"CRC32C,None"} : Text{"None"});
    else if (row.type == KeyType::And || row.type == KeyType::Or)
      out.add(row.name, word_of(row.type, value));
    else
      out.add(row.name, value);
  }
}

Result<Done> Negotiation::receive(const TextKey& pair, bool in_security_stage,
                                  TextKeyWriter& answers, Notes& notes) {
  Key key{};
  if (!find_key(pair.name, key)) {
    // Section 6.2: a key that is not understood is answered so, whatever its value.
    if (is_refusal(pair.value))
      notes.add(Tolerance::NoOffer, pair.name, pair.value, "nothing");
    else
      answers.add(pair.name, "NotUnderstood");
    return Done{};
  }
  const KeyRule& row = rule(key);
  if (row.sender == Sender::Initiator || key == Key::TargetName)
    return Error{TextErrc::WrongSender, pair.offset, "key that a target must not send here"};
  if (pair.name != row.name) notes.add(Tolerance::OtherCase, pair.name, pair.value, row.name);
  if (pair.blanks) notes.add(Tolerance::Blanks, pair.name, pair.value, row.name);
  if (row.where == Where::Operational && in_security_stage) return receive_early(key, pair, notes);
  if (settled(key)) return receive_again(key, pair, notes);
  if (is_refusal(pair.value) && offered(key)) {
    settle(key, row.initial);
    return Done{};
  }
  if (is_declared(row.type)) return receive_declaration(key, pair, notes);
  if (offered(key)) return receive_answer(key, pair, notes);
  receive_offer(key, pair, answers, notes);
  return Done{};
}

// Too early to be an answer. It is not one, but what the target says of itself is not forgotten:
// the result, whatever it will be, does not go beyond.
Result<Done> Negotiation::receive_early(Key key, const TextKey& pair, Notes& notes) {
  const KeyRule& row = rule(key);
  const bool no_value = row.type == KeyType::FirstOf || row.type == KeyType::Obsolete;
  if (is_refusal(pair.value) || is_of_no_use(row) || no_value) {
    notes.add(Tolerance::EarlyKey, pair.name, pair.value, "nothing");
    return Done{};
  }
  const auto read = read_value(row, pair, 0);
  if (!read && row.type == KeyType::Digest)
    return Error{TextErrc::WrongStage, pair.offset, "digest in the security stage"};
  const KeyValue early = ISBOOT_TRY(read);
  const std::size_t at = index(key);
  if (row.type == KeyType::Number) {
    settle(key, early.number);
  } else if (is_computed(row.type)) {
    const bool limited = (limited_ >> at & 1) != 0;
    limits_[at] = limited ? combine(row.type, limits_[at], early.number) : early.number;
    limited_ |= std::uint32_t{1} << at;
    values_[at] = combine(row.type, values_[at], early.number);
  }
  note(Tolerance::EarlyKey, key, pair, notes);
  return Done{};
}

// The same again is nothing new. Of two declarations the later one holds (TargetAddress may come
// more than once by section 13.8); of two answers what hurts neither side.
Result<Done> Negotiation::receive_again(Key key, const TextKey& pair, Notes& notes) {
  const KeyRule& row = rule(key);
  // A declaration is no offer that could be refused: what it says stands.
  if (is_declared(row.type) && is_refusal(pair.value)) return Done{};
  if (row.type == KeyType::Number) {
    const std::uint32_t before = value(key);
    ISBOOT_TRY(receive_declaration(key, pair, notes));
    if (value(key) != before) note(Tolerance::SaidTwice, key, pair, notes);
    return Done{};
  }
  if (!is_computed(row.type) && row.type != KeyType::Digest) return Done{};
  const auto read = is_refusal(pair.value) ? Result<KeyValue>{KeyValue{row.initial}}
                                           : read_value(row, pair, preference(key));
  const KeyValue again = ISBOOT_TRY(read);
  if (again.number == value(key)) return Done{};
  if (row.outside == Outside::Refused)
    return Error{TextErrc::RepeatedKey, pair.offset, "key sent twice, with two values"};
  settle(key, combine(row.type, value(key), again.number));
  note(Tolerance::SaidTwice, key, pair, notes);
  return Done{};
}

Result<Done> Negotiation::receive_declaration(Key key, const TextKey& pair, Notes& notes) {
  const KeyRule& row = rule(key);
  const auto read = read_value(row, pair, 0);
  if (row.outside == Outside::LeftOut && (!read || read->breaks)) {
    notes.add(Tolerance::GroupTag, pair.name, pair.value, "nothing");
    return Done{};
  }
  const KeyValue declared = ISBOOT_TRY(read);
  settle(key, declared.number);
  if (declared.breaks) note(*declared.breaks, key, pair, notes);
  return Done{};
}

// Section 6.2.2: the answer should be a possible result of our offer.
Result<Done> Negotiation::receive_answer(Key key, const TextKey& pair, Notes& notes) {
  const KeyRule& row = rule(key);
  const KeyValue answer = ISBOOT_TRY(read_value(row, pair, preference(key)));
  settle(key, combine(row.type, preference(key), answer.number));
  if (answer.breaks)
    note(*answer.breaks, key, pair, notes);
  else if (value(key) != answer.number)
    note(Tolerance::OutsideOffer, key, pair, notes);
  return Done{};
}

// An offer that cannot be taken gets Reject, and so does each key that RFC 7143 obsoletes
// (section 13.25).
void Negotiation::receive_offer(Key key, const TextKey& pair, TextKeyWriter& answers,
                                Notes& notes) {
  const KeyRule& row = rule(key);
  if (is_refusal(pair.value))
    return notes.add(Tolerance::NoOffer, pair.name, pair.value, "nothing");
  if (is_of_no_use(row)) {
    settle(key, row.initial);
    answers.add(row.name, "Irrelevant");
    return;
  }
  if (row.type == KeyType::Digest || row.type == KeyType::FirstOf)
    return answer_list(key, pair, answers);
  const auto offer = read_value(row, pair, 0);
  const bool taken = offer && (!offer->breaks || *offer->breaks == Tolerance::OtherCase);
  if (row.type == KeyType::Obsolete || !taken) {
    settle(key, row.initial);
    answers.add(row.name, "Reject");
    return;
  }
  settle(key, combine(row.type, preference(key), offer->number));
  if (row.type == KeyType::And || row.type == KeyType::Or)
    answers.add(row.name, word_of(row.type, value(key)));
  else
    answers.add(row.name, value(key));
}

// Section 6.2.1: of a list the first that we accept. All lists have a member that says "none of
// it", and a target that leaves it out gets Reject.
void Negotiation::answer_list(Key key, const TextKey& pair, TextKeyWriter& answers) {
  const KeyRule& row = rule(key);
  const Text plain = row.type == KeyType::Digest ? Text{"None"} : Text{"RFC3720"};
  for (Text list = pair.value; !list.empty();) {
    const Text item = take_item(list);
    const bool wanted =
        row.type == KeyType::Digest && preference(key) != 0 && equal_ignoring_case(item, "CRC32C");
    if (!wanted && !equal_ignoring_case(item, plain)) continue;
    settle(key, wanted ? 1 : 0);
    answers.add(row.name, item);
    return;
  }
  settle(key, row.initial);
  answers.add(row.name, "Reject");
}

void Negotiation::fill(SessionParams& params) const {
  // A target that skipped the stage in which we declare has not heard of ours.
  const KeyRule& segment = rule(Key::MaxRecvDataSegmentLength);
  params.max_recv_data_segment_length =
      offered(Key::MaxRecvDataSegmentLength) ? segment.offer : segment.initial;
  params.max_xmit_data_segment_length = value(Key::MaxRecvDataSegmentLength);
  params.header_digest = value(Key::HeaderDigest) != 0;
  params.data_digest = value(Key::DataDigest) != 0;
  params.initial_r2t = value(Key::InitialR2T) != 0;
  params.immediate_data = value(Key::ImmediateData) != 0;
  params.max_burst_length = value(Key::MaxBurstLength);
  // Section 13.14: FirstBurstLength must not exceed MaxBurstLength.
  params.first_burst_length =
      combine(KeyType::Minimum, value(Key::FirstBurstLength), value(Key::MaxBurstLength));
  params.max_outstanding_r2t = static_cast<std::uint16_t>(value(Key::MaxOutstandingR2T));
  params.data_pdu_in_order = value(Key::DataPDUInOrder) != 0;
  params.data_sequence_in_order = value(Key::DataSequenceInOrder) != 0;
  params.error_recovery_level = static_cast<std::uint8_t>(value(Key::ErrorRecoveryLevel));
  params.time2wait = static_cast<std::uint16_t>(value(Key::DefaultTime2Wait));
  params.time2retain = static_cast<std::uint16_t>(value(Key::DefaultTime2Retain));
  params.target_portal_group_tag = static_cast<std::uint16_t>(value(Key::TargetPortalGroupTag));
}

}  // namespace isboot::iscsi
