#include "platform/linux/netlink/message_writer.h"

#include <linux/netlink.h>

#include "platform/linux/netlink/message_layout.h"

namespace isboot::netlink {
namespace {

void put16(Writer& out, std::uint16_t value) { kLittleEndian ? out.le16(value) : out.be16(value); }
void put32(Writer& out, std::uint32_t value) { kLittleEndian ? out.le32(value) : out.be32(value); }

}  // namespace

MessageWriter& MessageWriter::begin(std::uint16_t type, std::uint16_t flags,
                                    std::uint32_t sequence) {
  end_message();
  message_ = out_.offset();
  // The length is known at the end. Port 0: the kernel fills in ours.
  u32(0).u16(type).u16(flags).u32(sequence).u32(0);
  return *this;
}

MessageWriter& MessageWriter::u8(std::uint8_t value) {
  out_.u8(value);
  return *this;
}
MessageWriter& MessageWriter::u16(std::uint16_t value) {
  put16(out_, value);
  return *this;
}
MessageWriter& MessageWriter::u32(std::uint32_t value) {
  put32(out_, value);
  return *this;
}
MessageWriter& MessageWriter::u64(std::uint64_t value) {
  kLittleEndian ? out_.le64(value) : out_.be64(value);
  return *this;
}
MessageWriter& MessageWriter::bytes(Bytes value) {
  out_.bytes(value);
  return *this;
}
MessageWriter& MessageWriter::zeros(std::size_t count) {
  out_.zeros(count);
  return *this;
}

MessageWriter& MessageWriter::header_of_attribute(std::uint16_t type, std::size_t size) {
  // The fixed structure may end unaligned; attributes start on four bytes.
  out_.align(NLA_ALIGNTO);
  return u16(static_cast<std::uint16_t>(kAttributeHeader + size)).u16(type);
}

MessageWriter& MessageWriter::attribute(std::uint16_t type, Bytes value) {
  header_of_attribute(type, value.size()).bytes(value);
  out_.align(NLA_ALIGNTO);
  return *this;
}
MessageWriter& MessageWriter::attribute_u8(std::uint16_t type, std::uint8_t value) {
  header_of_attribute(type, 1).u8(value);
  out_.align(NLA_ALIGNTO);
  return *this;
}
MessageWriter& MessageWriter::attribute_u16(std::uint16_t type, std::uint16_t value) {
  header_of_attribute(type, 2).u16(value);
  out_.align(NLA_ALIGNTO);
  return *this;
}
MessageWriter& MessageWriter::attribute_u32(std::uint16_t type, std::uint32_t value) {
  return header_of_attribute(type, 4).u32(value);
}
MessageWriter& MessageWriter::attribute_text(std::uint16_t type, Text value) {
  header_of_attribute(type, value.size() + 1).bytes(as_bytes(value)).u8(0);
  out_.align(NLA_ALIGNTO);
  return *this;
}

MessageWriter::Nest MessageWriter::begin_nested(std::uint16_t type) {
  out_.align(NLA_ALIGNTO);
  const Nest nest{out_.offset()};
  // The kernel's strict parsers demand the flag, the old ones ignore it.
  u16(0).u16(static_cast<std::uint16_t>(type | NLA_F_NESTED));
  return nest;
}

MessageWriter& MessageWriter::end_nested(Nest nest) {
  if (out_.full()) return *this;
  Writer length{buffer_.subspan(nest.start, 2)};
  put16(length, static_cast<std::uint16_t>(out_.offset() - nest.start));
  return *this;
}

void MessageWriter::end_message() {
  if (message_ == kNoMessage || out_.full()) return;
  Writer length{buffer_.subspan(message_, 4)};
  put32(length, static_cast<std::uint32_t>(out_.offset() - message_));
  out_.align(NLMSG_ALIGNTO);
  message_ = kNoMessage;
}

Result<Bytes> MessageWriter::finish() {
  end_message();
  return Bytes{ISBOOT_TRY(out_.finish())};
}

}  // namespace isboot::netlink
