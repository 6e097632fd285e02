// Binary values in text: hex (0x…) and base64 (0b…), RFC 7143 section 6.1.
#pragma once

#include "core/base/text.h"
#include "core/iscsi/text_keys.h"

namespace isboot::iscsi {

// Decodes `text` into `out` and gives the part of it that was filled. An odd number
// of hex digits has an implied zero in front. TextErrc::BadBinary, Errc::NoSpace;
// the offset is that of the first wrong character.
Result<Bytes> decode_binary(Text text, MutableBytes out);

}  // namespace isboot::iscsi
