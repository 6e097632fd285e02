// Writes netlink messages into the caller's buffer: a header (struct nlmsghdr), a
// fixed structure, attributes (struct nlattr). Several messages one behind the other
// are one batch, sent by one system call. Source: linux/netlink.h.
#pragma once

#include "core/base/writer.h"

namespace isboot::netlink {

// Borrows `buffer`. A write that does not fit makes the writer fail for good;
// finish() tells. Integers are in the host's byte order unless the name says be.
class MessageWriter {
public:
  explicit MessageWriter(MutableBytes buffer) : buffer_{buffer}, out_{buffer} {}

  // Starts a message and ends the one before it. `flags` are NLM_F_…
  MessageWriter& begin(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence);

  // The fixed structure behind the header, field by field.
  MessageWriter& u8(std::uint8_t value);
  MessageWriter& u16(std::uint16_t value);
  MessageWriter& u32(std::uint32_t value);
  MessageWriter& u64(std::uint64_t value);
  MessageWriter& bytes(Bytes value);
  MessageWriter& zeros(std::size_t count);

  // One attribute each, padded to four bytes.
  MessageWriter& attribute(std::uint16_t type, Bytes value);
  MessageWriter& attribute_u8(std::uint16_t type, std::uint8_t value);
  MessageWriter& attribute_u16(std::uint16_t type, std::uint16_t value);
  MessageWriter& attribute_u32(std::uint16_t type, std::uint32_t value);
  MessageWriter& attribute_text(std::uint16_t type, Text value);  // adds the NUL

  // An attribute that holds the attributes up to end_nested(). The mark is for that call.
  struct Nest {
    std::size_t start = 0;
  };
  Nest begin_nested(std::uint16_t type);
  MessageWriter& end_nested(Nest nest);

  // Ends the last message. All of the batch, a view of the caller's buffer.
  Result<Bytes> finish();

private:
  void end_message();
  MessageWriter& header_of_attribute(std::uint16_t type, std::size_t size);

  static constexpr std::size_t kNoMessage = static_cast<std::size_t>(-1);
  MutableBytes buffer_;
  Writer out_;
  std::size_t message_ = kNoMessage;  // where the open message starts
};

}  // namespace isboot::netlink
