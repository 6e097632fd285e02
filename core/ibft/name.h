#pragma once

#include "core/base/bytes.h"

namespace isboot::ibft {

inline constexpr std::size_t kMaxIscsiName = 223;  // bytes, RFC 7143 section 4.2.7.1

// Whether `name` has the form of an iSCSI name (RFC 7143, which took the forms over from
// RFC 3720 section 3.2.6.3 and RFC 3980): at most kMaxIscsiName bytes of
// "iqn.yyyy-mm.authority[:anything]", "eui." with 16 hex digits, or "naa." with 16 or
// 32. Letters may be of either case, as firmware set-up screens let them through.
bool is_iscsi_name(Text name);

// An OEM id without the NULs (iPXE) or blanks (EDK2) that fill its field.
Text oem_text(Bytes field);

}  // namespace isboot::ibft
