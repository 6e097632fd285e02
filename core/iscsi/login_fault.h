// Where a login failed, in words: the key or the field of the header, its value, the stage.
#pragma once

#include "core/base/text.h"
#include "core/iscsi/login_pdu.h"

namespace isboot::iscsi {

using FaultText = InlineText<160>;

// "MaxBurstLength=abc in the operational stage". `header` and `text` are what the target sent
// last: an error of a key has its offset in the text, or a code that names the key, an error of a
// header its byte. Never the value of a proof or a challenge. At most 160 bytes.
FaultText fault_text(const Error& error, Stage stage, Bytes header, Bytes text);

}  // namespace isboot::iscsi
