#include "core/names/dns_message.h"

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot::names {
namespace {

// RFC 1035 sections 3.2.2 and 3.2.4; RFC 3596 section 2.1.
constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeCname = 5;
constexpr std::uint16_t kTypeAaaa = 28;
constexpr std::uint16_t kClassIn = 1;
// Bits of the header's second word, section 4.1.1.
constexpr std::uint16_t kResponse = 0x8000;
constexpr std::uint16_t kRecursionDesired = 0x0100;
// A label's first byte, section 4.1.4.
constexpr std::uint8_t kPointer = 0xc0;

std::uint16_t type_of(Family family) { return family == Family::V4 ? kTypeA : kTypeAaaa; }

Text without_dot(Text name) {
  return !name.empty() && name.back() == '.' ? part_of(name, 0, name.size() - 1) : name;
}

// What cannot stand in a host's name is shown as '?', which equals no name that anybody asks for.
char host_character(std::uint8_t byte) {
  const char c = static_cast<char>(byte);
  return is_dns_name({&c, 1}) || (c >= '0' && c <= '9') || c == '-' || c == '_' ? c : '?';
}

Result<Done> add_label(Bytes label, std::array<char, 255>& text, std::size_t& size) {
  if (size + label.size() + 1 > text.size())
    return Error{Errc::BadValue, 0, "a name is longer than 255 bytes"};
  if (size != 0) text[size++] = '.';
  for (const std::uint8_t byte : label) text[size++] = host_character(byte);
  return Done{};
}

// A name at the reader's place, which is behind it afterwards.
Result<Done> read_name(Bytes message, Reader& in, HostName& name) {
  std::array<char, 255> text{};
  std::size_t size = 0;
  Reader labels = in;
  std::size_t lowest = in.offset();  // each jump goes before all that was read
  bool jumped = false;
  for (;;) {
    const std::uint8_t first = ISBOOT_TRY(labels.u8());
    if (first == 0) break;
    if ((first & kPointer) == kPointer) {
      const std::size_t low = ISBOOT_TRY(labels.u8());
      const std::size_t to = (first & ~kPointer & 0xffU) << 8U | low;
      if (!jumped) in = labels;
      jumped = true;
      if (to >= lowest) return Error{Errc::BadValue, 0, "a name points ahead"};
      lowest = to;
      labels = Reader{message, to};
      continue;
    }
    if ((first & kPointer) != 0) return Error{Errc::BadValue, 0, "a label of an unknown kind"};
    ISBOOT_TRY(add_label(ISBOOT_TRY(labels.bytes(first)), text, size));
  }
  if (!jumped) in = labels;
  return name.assign({text.data(), size});
}

struct Record {
  HostName name;
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;
  Bytes data;
  std::size_t data_at = 0;
};

Result<Done> read_record(Bytes message, Reader& in, Record& record) {
  ISBOOT_TRY(read_name(message, in, record.name));
  record.type = ISBOOT_TRY(in.be16());
  record.record_class = ISBOOT_TRY(in.be16());
  ISBOOT_TRY(in.skip(4));  // how long it may be kept
  const std::uint16_t size = ISBOOT_TRY(in.be16());
  record.data_at = in.offset();
  record.data = ISBOOT_TRY(in.bytes(size));
  return Done{};
}

struct Answer {
  std::uint8_t rcode = 0;
  std::uint16_t records = 0;
  std::size_t begin = 0;  // of the first record
};

Result<Answer> read_header(const Question& question, Bytes message) {
  const Error other{Errc::BadValue, 0, "no answer to the question"};
  Reader in{message};
  const std::uint16_t id = ISBOOT_TRY(in.be16());
  const std::uint16_t flags = ISBOOT_TRY(in.be16());
  const std::uint16_t questions = ISBOOT_TRY(in.be16());
  Answer answer;
  answer.records = ISBOOT_TRY(in.be16());
  ISBOOT_TRY(in.skip(4));
  answer.rcode = flags & 0x0f;
  if (id != question.id || (flags & kResponse) == 0 || questions != 1) return other;
  HostName name;
  ISBOOT_TRY(read_name(message, in, name));
  const std::uint16_t type = ISBOOT_TRY(in.be16());
  const std::uint16_t in_class = ISBOOT_TRY(in.be16());
  if (!equal_ignoring_case(name, without_dot(question.name)) || type != type_of(question.family) ||
      in_class != kClassIn)
    return other;
  answer.begin = in.offset();
  return answer;
}

void add_address(Bytes data, Family family, Addresses& addresses) {
  IpAddress address;
  if (family == Family::V4) {
    if (data.size() != 4) return;
    address = IpAddress::v4(data[0], data[1], data[2], data[3]);
  } else {
    if (data.size() != address.bytes.size()) return;
    std::memcpy(address.bytes.data(), data.data(), data.size());
    if (address.is_v4()) return;  // mapped: its place is an A record
  }
  for (const IpAddress& there : addresses)
    if (there == address) return;
  (void)addresses.push(address);
}

// The records of `name`: its addresses, or else the name that it is an alias of.
Result<Done> look_for(const Question& question, Bytes message, const Answer& answer, Text name,
                      Addresses& addresses, HostName& alias) {
  Reader in{message, answer.begin};
  Record record;
  for (std::size_t i = 0; i < answer.records && i < kMaxRecords; ++i) {
    ISBOOT_TRY(read_record(message, in, record));
    if (record.record_class != kClassIn || !equal_ignoring_case(record.name, name)) continue;
    if (record.type == type_of(question.family)) {
      add_address(record.data, question.family, addresses);
    } else if (record.type == kTypeCname) {
      Reader data{message, record.data_at};
      ISBOOT_TRY(read_name(message, data, alias));
    }
  }
  return Done{};
}

Reply follow(const Question& question, Bytes message, const Answer& answer, Addresses& addresses) {
  const std::size_t before = addresses.count;
  HostName name;
  (void)name.assign(without_dot(question.name));  // a name's length was looked at
  for (std::size_t aliases = 0; aliases <= kMaxAliases; ++aliases) {
    HostName alias;
    if (!look_for(question, message, answer, name, addresses, alias)) {
      addresses.count = before;
      return Reply::Unreadable;
    }
    if (addresses.count != before) return Reply::Found;
    if (alias.empty()) return Reply::NoAddress;
    name = alias;
  }
  return Reply::TooManyAliases;
}

}  // namespace

Text to_text(Reply reply) {
  switch (reply) {
    case Reply::Found:
      return "addresses";
    case Reply::NoSuchName:
      return "no such name";
    case Reply::NoAddress:
      return "no address for it";
    case Reply::Failure:
      return "server failure";
    case Reply::Refused:
      return "refused";
    case Reply::OtherError:
      return "an error";
    case Reply::Unreadable:
      return "an answer that cannot be read";
    case Reply::TooManyAliases:
      return "aliases without an end";
  }
  return "";
}

Result<Bytes> write_query(const Question& question, MutableBytes buffer) {
  if (!is_dns_name(question.name)) return Error{Errc::BadValue, 0, "not a host's name"};
  Writer out{buffer};
  out.be16(question.id).be16(kRecursionDesired).be16(1).zeros(6);
  for (Text rest = without_dot(question.name); !rest.empty();) {
    const std::size_t dot = position_of(rest, '.');
    const Text label = part_of(rest, 0, dot);
    out.u8(static_cast<std::uint8_t>(label.size())).text(label);
    rest = dot == Text::npos ? Text{} : part_of(rest, dot + 1);
  }
  out.u8(0).be16(type_of(question.family)).be16(kClassIn);
  return Bytes{ISBOOT_TRY(out.finish())};
}

Reply read_reply(const Question& question, Bytes message, Addresses& addresses) {
  // RFC 1035 section 4.1.1
  constexpr std::uint8_t kFailure = 2;
  constexpr std::uint8_t kNameError = 3;
  constexpr std::uint8_t kRefused = 5;
  const auto answer = read_header(question, message);
  if (!answer) return Reply::Unreadable;
  switch (answer->rcode) {
    case 0:
      return follow(question, message, *answer, addresses);
    case kFailure:
      return Reply::Failure;
    case kNameError:
      return Reply::NoSuchName;
    case kRefused:
      return Reply::Refused;
    default:
      return Reply::OtherError;
  }
}

}  // namespace isboot::names
