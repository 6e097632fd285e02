#include "platform/linux/netlink/message_reader.h"

#include <linux/netlink.h>

#include <cerrno>

#include "core/base/text.h"
#include "platform/linux/netlink/message_layout.h"

namespace isboot::netlink {
namespace {

Result<std::uint16_t> get16(Reader& in) { return kLittleEndian ? in.le16() : in.be16(); }
Result<std::uint32_t> get32(Reader& in) { return kLittleEndian ? in.le32() : in.be32(); }

// Past the padding behind `size` bytes. The last item may come without it.
void skip_padding(Reader& in, std::size_t size) {
  const std::size_t padding = (4 - size % 4) % 4;
  const std::size_t rest = in.remaining();
  (void)in.skip(padding < rest ? padding : rest);  // cannot fail: bounded by what is there
}

Error bad_length(const Reader& in) {
  return Error{Errc::BadValue, static_cast<std::uint32_t>(in.offset()),
               "netlink: length is shorter than the header"};
}

}  // namespace

Result<std::optional<Message>> MessageReader::next() {
  if (in_.remaining() == 0) return std::optional<Message>{};
  Reader at = in_;  // so that a message that is cut moves nothing
  const std::uint32_t length = ISBOOT_TRY(get32(at));
  Message message;
  message.type = ISBOOT_TRY(get16(at));
  message.flags = ISBOOT_TRY(get16(at));
  message.sequence = ISBOOT_TRY(get32(at));
  message.port = ISBOOT_TRY(get32(at));
  if (length < kHeaderSize) return bad_length(in_);
  message.payload = ISBOOT_TRY(at.bytes(length - kHeaderSize));
  skip_padding(at, length);
  in_ = at;
  return std::optional{message};
}

Result<AttributeReader> AttributeReader::behind(Bytes payload, std::size_t fixed) {
  const std::size_t start = (fixed + NLA_ALIGNTO - 1) / NLA_ALIGNTO * NLA_ALIGNTO;
  if (payload.size() < fixed)
    return Error{Errc::Truncated, static_cast<std::uint32_t>(payload.size()),
                 "netlink: message ends early"};
  return AttributeReader{start < payload.size() ? payload.subspan(start) : Bytes{}};
}

Result<std::optional<Attribute>> AttributeReader::next() {
  if (in_.remaining() == 0) return std::optional<Attribute>{};
  Reader at = in_;
  const std::uint16_t length = ISBOOT_TRY(get16(at));
  const std::uint16_t type = ISBOOT_TRY(get16(at));
  if (length < kAttributeHeader) return bad_length(in_);
  Attribute attribute;
  attribute.type = static_cast<std::uint16_t>(type & NLA_TYPE_MASK);
  attribute.value = ISBOOT_TRY(at.bytes(length - kAttributeHeader));
  skip_padding(at, length);
  in_ = at;
  return std::optional{attribute};
}

Result<std::uint8_t> Attribute::u8() const { return Reader{value}.u8(); }
Result<std::uint16_t> Attribute::u16() const { return read_u16(value, 0); }
Result<std::uint32_t> Attribute::u32() const { return read_u32(value, 0); }
Text Attribute::text() const {
  const Text all = as_text(value);
  return part_of(all, 0, position_of(all, '\0'));
}

Result<std::uint16_t> read_u16(Bytes payload, std::size_t offset) {
  Reader in{payload, offset};
  return get16(in);
}
Result<std::uint32_t> read_u32(Bytes payload, std::size_t offset) {
  Reader in{payload, offset};
  return get32(in);
}

Result<Answer> read_answer(const Message& message) {
  Reader in{message.payload};
  const auto status = static_cast<std::int32_t>(ISBOOT_TRY(get32(in)));
  Answer answer;
  // The kernel's own numbers end at 4095 (MAX_ERRNO); the lowest of 32 bits has no negative.
  constexpr std::int32_t kLowest = -4095;
  answer.error = status >= 0 ? 0 : status < kLowest ? EPROTO : -status;
  if ((message.flags & NLM_F_ACK_TLVS) == 0) return answer;
  // Behind an error stands the request that it answers: its header, and its payload
  // too unless NETLINK_CAP_ACK made the kernel leave that out.
  std::size_t request = 0;
  if (message.type == NLMSG_ERROR) {
    request = kHeaderSize;
    if ((message.flags & NLM_F_CAPPED) == 0) request = ISBOOT_TRY(read_u32(message.payload, 4));
  }
  AttributeReader attributes =
      ISBOOT_TRY(AttributeReader::behind(message.payload, in.offset() + request));
  while (const auto attribute = ISBOOT_TRY(attributes.next()))
    if (attribute->type == NLMSGERR_ATTR_MSG) answer.reason = attribute->text();
  return answer;
}

}  // namespace isboot::netlink
