#include "core/iscsi/negotiation.h"

namespace isboot::iscsi {
namespace {

static_assert(kKeyCount <= 32, "Negotiation keeps one bit a key");

Error error(TextErrc code, const TextKey& pair, const char* text) {
  return Error{code, pair.offset, text};
}

// RFC 7143 section 6.2: answers that are reserved for every negotiated key.
bool is_refusal(Text value) {
  return value == "Reject" || value == "Irrelevant" || value == "NotUnderstood";
}

// The next item of a list of values, which is then removed from `list`.
Text take_item(Text& list) {
  const std::size_t comma = find(list, ',');
  const Text item = slice(list, 0, comma);
  list = comma == Text::npos ? Text{} : slice(list, comma + 1);
  return item;
}

Result<std::uint32_t> parse_value(const KeyRule& rule, const TextKey& pair) {
  switch (rule.type) {
    case KeyType::And:
    case KeyType::Or:
      if (pair.value == "Yes") return 1U;
      if (pair.value == "No") return 0U;
      return error(TextErrc::BadBoolean, pair, "neither Yes nor No");
    case KeyType::Digest:
      if (pair.value == "CRC32C") return 1U;
      if (pair.value == "None") return 0U;
      return error(TextErrc::BadChoice, pair, "digest that was not offered");
    case KeyType::FirstOf:
    case KeyType::Text:
      return 0U;
    case KeyType::Minimum:
    case KeyType::Maximum:
    case KeyType::Number: {
      const auto number = parse_number(pair.value, rule.maximum);
      if (!number || *number < rule.minimum)
        return error(TextErrc::BadNumber, pair, "no number, or out of the key's range");
      return static_cast<std::uint32_t>(*number);
    }
  }
  return error(TextErrc::BadChoice, pair, "key of no known type");
}

// Section 6.2.2: the result is computed from both sides' values.
std::uint32_t combine(KeyType type, std::uint32_t ours, std::uint32_t theirs) {
  const bool ours_is_less = ours < theirs;
  switch (type) {
    case KeyType::Maximum:
    case KeyType::Or:
      return ours_is_less ? theirs : ours;
    default:
      return ours_is_less ? ours : theirs;
  }
}

}  // namespace

Negotiation::Negotiation(bool discovery, bool header_digest, bool data_digest)
    : discovery_{discovery}, header_digest_{header_digest}, data_digest_{data_digest} {
  for (std::size_t i = 0; i < kKeyCount; ++i) values_[i] = rule(static_cast<Key>(i)).initial;
}

void Negotiation::settle(Key key, std::uint32_t value) {
  values_[index(key)] = value;
  settled_ |= std::uint32_t{1} << index(key);
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
      out.add(row.name, value != 0 ? Text{"Yes"} : Text{"No"});
    else
      out.add(row.name, value);
  }
}

Result<Done> Negotiation::receive(const TextKey& pair, bool in_security_stage,
                                  TextKeyWriter& answers) {
  Key key{};
  if (!find_key(pair.name, key)) {
    // Section 6.2: a key that is not understood is answered so, whatever its value.
    if (is_refusal(pair.value)) return error(TextErrc::UnknownAnswer, pair, "answer to no offer");
    answers.add(pair.name, "NotUnderstood");
    return Done{};
  }
  const KeyRule& row = rule(key);
  if (row.sender == Sender::Initiator || key == Key::TargetName)
    return error(TextErrc::WrongSender, pair, "key that a target must not send here");
  if (row.where == Where::Operational && in_security_stage)
    return error(TextErrc::WrongStage, pair, "operational key in the security stage");
  // Section 13.8: TargetAddress alone may be declared more than once.
  if (settled(key) && key != Key::TargetAddress)
    return error(TextErrc::RepeatedKey, pair, "key sent twice");
  if (is_refusal(pair.value) && offered(key)) {
    settle(key, row.initial);
    return Done{};
  }
  if (is_declared(row.type)) return receive_declaration(key, pair);
  return offered(key) ? receive_answer(key, pair) : receive_offer(key, pair, answers);
}

Result<Done> Negotiation::receive_declaration(Key key, const TextKey& pair) {
  settle(key, ISBOOT_TRY(parse_value(rule(key), pair)));
  return Done{};
}

Result<Done> Negotiation::receive_answer(Key key, const TextKey& pair) {
  const std::uint32_t answer = ISBOOT_TRY(parse_value(rule(key), pair));
  // Section 6.2.2: the answer must be a possible result of our offer.
  if (combine(rule(key).type, preference(key), answer) != answer)
    return error(TextErrc::BadChoice, pair, "answer does not follow from our offer");
  settle(key, answer);
  return Done{};
}

Result<Done> Negotiation::receive_offer(Key key, const TextKey& pair, TextKeyWriter& answers) {
  const KeyRule& row = rule(key);
  if (is_refusal(pair.value)) return error(TextErrc::UnknownAnswer, pair, "answer to no offer");
  if (discovery_ && !row.for_discovery) {
    settle(key, row.initial);
    answers.add(row.name, "Irrelevant");
    return Done{};
  }
  if (row.type == KeyType::Digest || row.type == KeyType::FirstOf) {
    // Section 6.2.1: of a list the first that we accept. All lists have a member
    // that says "none of it", and a target that leaves it out gets Reject.
    const Text plain = row.type == KeyType::Digest ? Text{"None"} : Text{"RFC3720"};
    for (Text list = pair.value; !list.empty();) {
      const Text item = take_item(list);
      const bool wanted = row.type == KeyType::Digest && item == "CRC32C" && preference(key) != 0;
      if (!wanted && item != plain) continue;
      settle(key, wanted ? 1 : 0);
      answers.add(row.name, item);
      return Done{};
    }
  } else if (const auto offer = parse_value(row, pair)) {
    const std::uint32_t result = combine(row.type, preference(key), *offer);
    settle(key, result);
    if (row.type == KeyType::And || row.type == KeyType::Or)
      answers.add(row.name, result != 0 ? Text{"Yes"} : Text{"No"});
    else
      answers.add(row.name, result);
    return Done{};
  }
  settle(key, row.initial);
  answers.add(row.name, "Reject");
  return Done{};
}

void Negotiation::fill(SessionParams& params) const {
  params.max_recv_data_segment_length = rule(Key::MaxRecvDataSegmentLength).offer;
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
