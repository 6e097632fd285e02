// Takes apart what the kernel sent: messages of a datagram, attributes of a message,
// the answer to a request. Views borrow from the datagram. Integers of headers are in
// the host's byte order. Errors: Errc::Truncated and Errc::BadValue with the offset.
// Source: linux/netlink.h.
#pragma once

#include <optional>

#include "core/base/reader.h"

namespace isboot::netlink {

inline constexpr std::size_t kHeaderSize = 16;  // struct nlmsghdr

struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t port = 0;
  Bytes payload;  // what is behind the header
};

// A datagram holds one message or several.
class MessageReader {
public:
  explicit MessageReader(Bytes datagram) : in_{datagram} {}
  // Nothing at the end.
  Result<std::optional<Message>> next();

private:
  Reader in_;
};

// The value of an attribute, in the width that its meaning has.
struct Attribute {
  std::uint16_t type = 0;  // without the flags NLA_F_…
  Bytes value;

  Result<std::uint8_t> u8() const;
  Result<std::uint16_t> u16() const;
  Result<std::uint32_t> u32() const;
  Text text() const;  // up to the first NUL
};

// Attributes one behind the other: a message's payload behind its fixed structure, or
// the value of a nested attribute.
class AttributeReader {
public:
  explicit AttributeReader(Bytes attributes) : in_{attributes} {}
  // `payload` without its first `fixed` bytes, the message's own structure.
  // Errc::Truncated when it is shorter.
  static Result<AttributeReader> behind(Bytes payload, std::size_t fixed);
  // Nothing at the end.
  Result<std::optional<Attribute>> next();

private:
  Reader in_;
};

// An integer of the host's byte order at `offset` of a message's fixed structure.
Result<std::uint16_t> read_u16(Bytes payload, std::size_t offset);
Result<std::uint32_t> read_u32(Bytes payload, std::size_t offset);

// What NLMSG_ERROR or NLMSG_DONE says of a request.
struct Answer {
  int error = 0;  // errno, positive; 0 is success
  Text reason;    // the kernel's own words (NETLINK_EXT_ACK), often empty
};
Result<Answer> read_answer(const Message& message);

}  // namespace isboot::netlink
